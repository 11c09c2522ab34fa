import { Command } from 'commander';
import { inspectFile } from '../import/inspect-file.js';

export const inspectCommand = new Command('inspect')
  .description('say what a file of weights holds, and whether and how it would be imported')
  .argument('<file>', 'safetensors, an index of sharded safetensors, or what torch.save wrote')
  .action(async (file: string) => {
    const lines = await inspectFile(file);
    process.stdout.write(`${lines.join('\n')}\n`);
  });
