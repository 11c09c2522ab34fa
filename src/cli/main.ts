#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { doctorCommand } from './doctor.js';
import { generateCommand } from './generate.js';
import { importCommand } from './import.js';
import { inspectCommand } from './inspect.js';
import { modelsCommand } from './models.js';
import { serveCommand } from './serve.js';
import { setupCudaCommand } from './setup-cuda.js';
import { verifyCommand } from './verify.js';
import { messageWithCause } from '../worker/port.js';

// ONNX Runtime sends telemetry to Microsoft unless this is set before the first session.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

const { version, description } = createRequire(import.meta.url)('../../package.json') as Record<
  'version' | 'description',
  string
>;

const program = new Command('randar')
  .description(description)
  .version(version)
  .showHelpAfterError('(run randar --help for usage)')
  .addCommand(serveCommand)
  .addCommand(generateCommand)
  .addCommand(importCommand)
  .addCommand(modelsCommand)
  .addCommand(inspectCommand)
  .addCommand(verifyCommand)
  .addCommand(doctorCommand)
  .addCommand(setupCudaCommand);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`randar: ${explain(error)}\n`);
  process.exitCode = 1;
}

/** An error and its causes in one line; the stack only for unexpected errors. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? messageWithCause(error) : (error.stack ?? error.message);
}
