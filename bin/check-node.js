import { readFileSync } from 'fs';

// Must run in old versions of Node, to report that they are too old: use no newer syntax or imports.

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const oldest = engines.node.replace('>=', '');
const [major, minor] = oldest.split('.').map(Number);
const [runningMajor, runningMinor] = process.version.slice(1).split('.').map(Number);

if (runningMajor < major || (runningMajor === major && runningMinor < minor)) {
  console.error(`randar needs Node ${oldest} or newer, and this is Node ${process.version.slice(1)}.`);
  process.exit(1);
}
