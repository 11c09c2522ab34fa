import { CheckpointError, quote, refuseProblems } from '../checkpoint-error.js';
import type { Value } from './pickle-value.js';
import { readPickle, type AllowList } from './pickle.js';
import type { Source } from '../source.js';
import {
  parseView,
  rebuildParameter,
  rebuildTensor,
  rowMajor,
  storageTypes,
  tensorCall,
  type TensorView,
} from './tensor.js';
import { bytesPer, describe, elementCount, maxDescriptionBytes, type WeightFile } from '../weight-file.js';
import { locate, readZip, type ZipEntry } from './zip.js';

/**
 * Limit on the total size of all tensors relative to the file. Each number takes at least a byte, so without sharing
 * the total cannot exceed the file. Tied weights are stored once and named two or three times; a file whose tensors are
 * many times its size was made to exhaust memory.
 */
const maxSharing = 8;

/** The types a state dict is made of, and Namespace, since training scripts save their arguments beside the weights. */
const allowed: AllowList = new Map([
  ...[...storageTypes.keys()].map((name) => [name, 'type'] as const),
  [rebuildTensor, 'function'],
  [rebuildParameter, 'function'],
  ['torch.Size', 'function'],
  ['argparse.Namespace', 'function'],
  ['collections.OrderedDict', 'dict'],
]);

/** Keys under which training scripts store the weights. The first one found is used; its siblings are ignored. */
const stateKeys = ['model', 'module', 'state_dict', 'ema'];

/**
 * Opens a file written by torch.save: a zip with a pickle, `archive/data.pkl`, and an entry per storage,
 * `archive/data/<key>`. Nothing in it is executed.
 * Source: pytorch, torch/serialization.py (_save).
 *
 * @throws CheckpointError if the file is broken or inconsistent, or if its pickle names anything but tensors and
 *   containers.
 */
export async function openTorch(source: Source): Promise<WeightFile> {
  const entries = await readZip(source);
  const archive = archiveName(source.name, entries);
  await refuseBigEndian(source, `${archive}/byteorder`, entries);
  const pickle = await readEntry(source, `${archive}/data.pkl`, maxDescriptionBytes, entries);
  const state = stateDict(source.name, readPickle(pickle, allowed, `${source.name}: its pickle`));
  const views = parseViews(source.name, state);
  refuseExpansion(source, views);
  const begins = await locateStorages(source, `${archive}/data/`, views, entries);
  return {
    file: source.name,
    tensors: describe(views),
    close: () => source.close(),
    bytes: async (name) => {
      const view = views.get(name);
      const begin = begins.get(view?.storageKey ?? '');
      if (!view || begin === undefined) throw new CheckpointError(`${source.name}: has no tensor ${quote(name)}`);
      const width = bytesPer[view.dtype];
      return rowMajor(view, await source.read(begin + view.offset * width, view.span * width));
    },
  };
}

/** The one directory that contains all entries. */
function archiveName(file: string, entries: ReadonlyMap<string, ZipEntry>): string {
  const names = [...entries.keys()];
  const archive = names.find((name) => /^[^/]+\/data\.pkl$/.test(name))?.slice(0, -'/data.pkl'.length);
  if (archive === undefined) {
    throw new CheckpointError(`${file}: a zip file, but not from torch.save: it has no archive/data.pkl`);
  }
  const strays = names.filter((name) => !name.startsWith(`${archive}/`));
  refuseProblems(
    file,
    strays.map((name) => `entry ${quote(name)} is outside ${quote(archive)}`),
  );
  return archive;
}

async function refuseBigEndian(source: Source, name: string, entries: ReadonlyMap<string, ZipEntry>): Promise<void> {
  // Files from before torch 2.1 lack this entry; they use the byte order of the machine that wrote them.
  if (!entries.has(name)) return;
  const order = new TextDecoder().decode(await readEntry(source, name, 16, entries));
  if (order !== 'little')
    throw new CheckpointError(`${source.name}: its byteorder is ${quote(order)}, expected little`);
}

async function readEntry(
  source: Source,
  name: string,
  maxBytes: number,
  entries: ReadonlyMap<string, ZipEntry>,
): Promise<Uint8Array> {
  const entry = entries.get(name);
  if (!entry) throw new CheckpointError(`${source.name}: has no entry ${quote(name)}`);
  if (entry.size > maxBytes) {
    throw new CheckpointError(
      `${source.name}: entry ${quote(name)} has ${entry.size} bytes, expected at most ${maxBytes}`,
    );
  }
  return source.read(await locate(source, name, entry), entry.size);
}

function stateDict(file: string, root: Value): ReadonlyMap<Value, Value> {
  if (root instanceof Map) {
    for (const candidate of [...stateKeys.map((key) => root.get(key)), root]) {
      if (candidate instanceof Map && [...candidate.values()].some(tensorCall)) return candidate;
    }
  }
  const keys = root instanceof Map ? [...root.keys()].filter((key) => typeof key === 'string').slice(0, 10) : [];
  const found = keys.length > 0 ? ` (found: ${keys.map(quote).join(', ')})` : '';
  throw new CheckpointError(
    `${file}: contains no weights: expected tensors by name, at the top level or under one of ${stateKeys.join(', ')}${found}`,
  );
}

/** The tensors of a state dict. Other values, such as counters, are not weights. */
function parseViews(file: string, state: ReadonlyMap<Value, Value>): Map<string, TensorView> {
  const problems: string[] = [];
  const views = new Map<string, TensorView>();
  for (const [name, value] of state) {
    const call = tensorCall(value);
    if (!call) continue;
    const view = parseView(call);
    if (typeof name !== 'string') problems.push('the name of a tensor is not a string');
    else if (typeof view === 'string') problems.push(`tensor ${quote(name)} ${view}`);
    else views.set(name, view);
  }
  refuseProblems(file, problems);
  return views;
}

function refuseExpansion({ name, size }: Source, views: ReadonlyMap<string, TensorView>): void {
  let bytes = 0;
  for (const { dtype, shape, span } of views.values()) bytes += Math.max(elementCount(shape), span) * bytesPer[dtype];
  if (bytes <= maxSharing * size) return;
  throw new CheckpointError(
    `${name}: its tensors take ${bytes} bytes, more than ${maxSharing} times the ${size} bytes of the file`,
  );
}

/** The offset of each storage's bytes, by key. */
async function locateStorages(
  source: Source,
  folder: string,
  views: ReadonlyMap<string, TensorView>,
  entries: ReadonlyMap<string, ZipEntry>,
): Promise<Map<string, number>> {
  const problems: string[] = [];
  const begins = new Map<string, number>();
  for (const [name, { dtype, storageKey, storageLength }] of views) {
    const entryName = folder + storageKey;
    const entry = entries.get(entryName);
    const bytes = storageLength * bytesPer[dtype];
    if (!entry) problems.push(`tensor ${quote(name)}: its storage ${quote(entryName)} is missing`);
    else if (entry.size !== bytes) {
      problems.push(`tensor ${quote(name)}: storage ${quote(entryName)} has ${entry.size} bytes, expected ${bytes}`);
    } else if (!begins.has(storageKey)) begins.set(storageKey, await locate(source, entryName, entry));
  }
  refuseProblems(source.name, problems);
  return begins;
}
