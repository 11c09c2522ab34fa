import { Command } from 'commander';
import { readManifests } from '../model/manifest.js';
import { modelsOption } from './options.js';

export const modelsCommand = new Command('models')
  .description('list the models in the models directory')
  .addOption(modelsOption())
  .action(async ({ models }: { models: string }) => {
    const manifests = await readManifests(models);
    const rows = manifests.map(({ id, name, family, grid, labelList, tokenizer }) => [
      id,
      name,
      family,
      `${grid.width}x${grid.height} cells`,
      `${labelList.length} labels`,
      `${tokenizer.family} tokenizer`,
    ]);
    const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
    for (const row of rows) {
      const cells = row.map((cell, i) => cell.padEnd(widths[i] ?? 0));
      process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
    }
  });
