import { dirname, join } from 'node:path';
import { CheckpointError } from './checkpoint-error.js';
import { openSafetensors } from './safetensors-file.js';
import { openSharded } from './sharded.js';
import { fileSource, type Source } from './source.js';
import { openTorch } from './torch/open-torch.js';
import { unwrapNames } from './unwrap-names.js';
import { maxDescriptionBytes, type WeightFile } from './weight-file.js';

/**
 * Opens a weights file, detecting the format from its content: safetensors, an index of sharded safetensors, or a file
 * written by torch.save.
 *
 * @throws CheckpointError if it is none of these, or broken.
 */
export async function openWeights(path: string): Promise<WeightFile> {
  return readWeights(await fileSource(path), (name) => fileSource(join(dirname(path), name)));
}

/**
 * Takes ownership of `source`, which is closed with the weights, or if they cannot be opened.
 *
 * @param sibling Opens a file in the same directory: a shard that an index names.
 */
export async function readWeights(source: Source, sibling: (name: string) => Promise<Source>): Promise<WeightFile> {
  try {
    const start = await source.read(0, Math.min(source.size, 512));
    switch (kindOf(start)) {
      case 'safetensors':
        return unwrapNames(await openSafetensors(source));
      case 'zip':
        return unwrapNames(await openTorch(source));
      case 'json': {
        const weights = await openSharded(source.name, await readJson(source), sibling);
        await source.close();
        return unwrapNames(weights);
      }
      case 'pickle':
        throw new CheckpointError(
          `${source.name}: a bare pickle, the format of torch.save before version 1.6. Save it again with a newer version: ` +
            `torch.save(torch.load(FILE, map_location="cpu", weights_only=True), NEW), or as safetensors`,
        );
      case 'other':
        throw new CheckpointError(
          `${source.name}: not a supported weights file: expected safetensors, an index of safetensors files, or a ` +
            `torch.save file${knownOthers(start)}`,
        );
    }
  } catch (error) {
    await source.close();
    throw error;
  }
}

type Kind = 'safetensors' | 'zip' | 'json' | 'pickle' | 'other';

function kindOf(start: Uint8Array): Kind {
  // An 8-byte header length, below 2^40 in any real file, then a JSON object.
  const isLength = start.length >= 9 && start.subarray(5, 8).every((byte) => byte === 0);
  if (isLength && start[8] === 0x7b) return 'safetensors';
  const text = String.fromCharCode(...start);
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return 'zip';
  if (/^\x80[\x02-\x05]/.test(text)) return 'pickle';
  if (/^(\xef\xbb\xbf)?\s*\{/.test(text)) return 'json';
  return 'other';
}

/** Common file types that people pass by mistake. */
function knownOthers(start: Uint8Array): string {
  const text = String.fromCharCode(...start);
  const known: readonly [RegExp, string][] = [
    [/^$/, 'it is empty'],
    [/^version https:\/\/git-lfs/, 'it is a Git LFS pointer: fetch the file itself with `git lfs pull`'],
    [/^\s*<(!doctype|html|\?xml)/i, 'it is a web page: was the download refused?'],
    [/^GGUF/, 'it is GGUF: use the safetensors file it was made from'],
    [/^\x89HDF/, 'it is HDF5 (Keras): save the weights as safetensors'],
    [/^\x93NUMPY/, 'it is a NumPy array: save the weights as safetensors'],
    [/^\x1f\x8b/, 'it is compressed with gzip: unpack it first'],
    [/^.{257}ustar/s, 'it is a tar archive: unpack it first'],
  ];
  const [, advice] = known.find(([signature]) => signature.test(text)) ?? [];
  return advice === undefined ? '' : `; ${advice}`;
}

async function readJson(source: Source): Promise<unknown> {
  if (source.size > maxDescriptionBytes) {
    throw new CheckpointError(
      `${source.name}: an index of ${source.size} bytes, expected at most ${maxDescriptionBytes}`,
    );
  }
  const bytes = await source.read(0, source.size);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new CheckpointError(`${source.name}: starts like JSON, but is not valid JSON`, { cause });
  }
}
