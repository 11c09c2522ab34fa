import { execFileSync } from 'node:child_process';
import { findLibrariesHere, thisMachine, cacheFolder } from '../../../src/runtime/cuda/library-places.js';
import { unpackWheel } from '../../../src/runtime/cuda/unpack-wheel.js';
import { withDownloaded } from '../../../src/runtime/cuda/bring-wheels.js';
import { wheels } from '../../../src/runtime/cuda/wheels.js';

const name = 'ONNX Runtime for CUDA';

/** The files of ONNX Runtime's CUDA provider where somebody brought it; undefined where nobody did. */
export function findProvider(): readonly string[] | undefined {
  const part = findLibrariesHere(process.env).found.find((found) => found.name === name);
  return part?.files.map((file) => `${part.folder}/${file}`);
}

/** Has pip bring it, 247 MB, to where setup-cuda would put it. */
export async function bringProvider(): Promise<void> {
  const folder = cacheFolder(thisMachine(process.env));
  for (const wheel of wheels.filter(({ part }) => part === name)) {
    await withDownloaded(wheel, folder, (path) => unpackWheel(path, wheel, folder, () => undefined));
  }
}

/** What the fake runtime cannot be built without on this machine. */
export function lacking(): string | undefined {
  for (const program of ['gcc', 'nm']) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
    } catch {
      return `There is no ${program}`;
    }
  }
  if (!findProvider()) return 'There is no ONNX Runtime for CUDA, 247 MB ("npx randar setup-cuda" brings it)';
  return undefined;
}
