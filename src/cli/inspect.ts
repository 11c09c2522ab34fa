import { Command } from 'commander';
import { inspectFile } from '../import/inspect-file.js';

export const inspectCommand = new Command('inspect')
  .description('list the tensors in a weight file and show how to import it')
  .argument('<file>', 'safetensors, a sharded safetensors index, or a torch.save file')
  .action(async (file: string) => {
    const lines = await inspectFile(file);
    process.stdout.write(`${lines.join('\n')}\n`);
  });
