import { join } from 'node:path';
import { Command } from 'commander';
import { verifyModel } from '../import/verify-model.js';
import { inFloats, readManifest } from '../model/manifest.js';
import { floatsOption, modelsOption } from './options.js';

export const verifyCommand = new Command('verify')
  .description('check that a model computes correct results on this machine')
  .argument('<model>', 'model id')
  .addOption(modelsOption())
  .addOption(floatsOption())
  .action(async (id: string, { models, floats }: { models: string; floats: boolean }) => {
    const manifest = await readManifest(join(models, id));
    const checks = await verifyModel(floats ? inFloats(manifest) : manifest);
    for (const { name, result, isGood } of checks) {
      process.stdout.write(`${isGood ? 'ok  ' : 'BAD '} ${name}: ${result}\n`);
    }
    if (checks.some(({ isGood }) => !isGood)) process.exitCode = 1;
  });
