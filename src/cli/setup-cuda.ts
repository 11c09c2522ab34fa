import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { byHand, hasPip, wheelsIn, withDownloaded } from '../runtime/cuda/bring-wheels.js';
import { CudaLibraryError, findLibraries, lackOf, missingFor } from '../runtime/cuda/libraries.js';
import { cacheFolder, libraryPlaces, thisMachine } from '../runtime/cuda/library-places.js';
import { unpackWheel } from '../runtime/cuda/unpack-wheel.js';
import { wheels, type Wheel } from '../runtime/cuda/wheels.js';
import { endBar, printBytes, showBar } from './progress.js';

interface SetupOptions {
  readonly pixels?: true;
  readonly from?: string;
  readonly to?: string;
}

export const setupCudaCommand = new Command('setup-cuda')
  .description('download the libraries that --device cuda needs and this machine lacks')
  .addOption(new Option('--pixels', 'also download cuDNN, to render pictures on the GPU'))
  .addOption(new Option('--from <directory>', 'use wheels downloaded to this directory instead of pip'))
  .addOption(new Option('--to <directory>', 'put all libraries into this directory, for an image or another machine'))
  .action(async ({ pixels, from, to }: SetupOptions) => {
    if (process.platform !== 'linux' || process.arch !== 'x64') {
      throw new CudaLibraryError(
        `--device cuda is for Linux on x86-64; this is ${process.platform} on ${process.arch}`,
      );
    }
    const machine = thisMachine(process.env);
    const folder = to === undefined ? cacheFolder(machine) : resolve(to);
    // --to may be meant for another machine, whose libraries are unknown, so it gets all of them.
    const places = to === undefined ? libraryPlaces(machine) : [{ name: '--to', folders: [folder] }];
    const libraries = findLibraries(places, machine.exists);
    const missing = missingFor(pixels ? 'pixels' : 'steps', libraries);
    for (const part of libraries.found) say(`${part.name}: found in ${part.folder}`);

    await bring(
      wheels.filter(({ part }) => missing.some(({ name }) => name === part)),
      folder,
      from,
    );

    const driver = to === undefined ? missing.find((part) => part.from === 'driver') : undefined;
    if (driver) say(lackOf([driver]));
    say(
      to === undefined
        ? 'All libraries are installed. "npx randar doctor" checks that they work.'
        : `All libraries are in place. To use them, set RANDAR_CUDA_LIBRARIES=${folder}`,
    );
  });

async function bring(wanted: readonly Wheel[], folder: string, from: string | undefined): Promise<void> {
  const paths = from === undefined ? undefined : wheelsIn(from, wanted);
  if (wanted.length > 0 && !paths && !(await hasPip())) {
    throw new CudaLibraryError(`downloading needs python3 with pip, which was not found. ${byHand(wanted)}`);
  }
  for (const [i, wheel] of wanted.entries()) {
    say(`${wheel.part}: ${wheel.file}, ${printBytes(wheel.bytes)}, to ${folder}`);
    const unpack = async (path: string): Promise<void> => {
      await unpackWheel(path, wheel, folder, (file, done, total) => showBar(done, total, `unpacking ${file}`));
      endBar();
    };
    const path = paths?.[i];
    await (path === undefined ? withDownloaded(wheel, folder, unpack) : unpack(path));
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
