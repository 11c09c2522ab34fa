// Prints the counts of a vitest JSON report, on one line. Exits 1 where the report is missing or not one of success.
import { readFileSync } from 'node:fs';

const [file = ''] = process.argv.slice(2);
let report;
try {
  report = JSON.parse(readFileSync(file, 'utf8'));
} catch (error) {
  console.error(`No test report: ${error.message}`);
}

const results = report?.testResults ?? [];
// A file that fails outside of its tests (it does not load, a hook throws) has no failed test to count.
const brokenFiles = results.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
);
for (const { name, message } of brokenFiles) console.error(`${name} failed outside of its tests: ${message}`);

const passed = report?.numPassedTests ?? 0;
const failed = (report?.numFailedTests ?? 0) + brokenFiles.length;
const skipped = (report?.numTotalTests ?? 0) - passed - (report?.numFailedTests ?? 0);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);

if (!report?.success || failed > 0 || passed === 0) process.exitCode = 1;
