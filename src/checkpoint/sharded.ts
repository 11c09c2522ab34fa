import { CheckpointError, quote, refuseProblems } from './checkpoint-error.js';
import { openSafetensors } from './safetensors-file.js';
import type { Source } from './source.js';
import type { StoredTensor, WeightFile } from './weight-file.js';

/** Each shard stays open; the largest public models have some 200. */
const maxShards = 256;
/** Of each shard: a message shows fewer. */
const maxProblems = 100;

/**
 * Opens the shards that an index (`*.safetensors.index.json`) names: {"weight_map": {tensor: shard}}. Takes the shards
 * that it opens over, and closes them.
 *
 * @param sibling opens a file of the index's folder
 * @throws CheckpointError where index and shards contradict each other
 */
export async function openSharded(
  file: string,
  index: unknown,
  sibling: (name: string) => Promise<Source>,
): Promise<WeightFile> {
  const weightMap = parseWeightMap(file, index);
  const shards = new Map<string, WeightFile>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    const problems: string[] = [];
    for (const [name, expected] of groupByShard(weightMap)) {
      const shard = await openShard(name, sibling);
      const found =
        shard instanceof CheckpointError ? [shard.message] : shardProblems(name, shard, expected, weightMap);
      problems.push(...found.slice(0, maxProblems));
      if (shard instanceof CheckpointError) continue;
      // Only what the index names is kept: shards full of strays would fill the memory.
      if (found.length === 0) shards.set(name, shard);
      else await shard.close();
    }
    refuseProblems(file, problems);
    const tensors = joinShards(weightMap, shards);
    return {
      file,
      tensors,
      close,
      bytes: async (name) => {
        const shard = shards.get(weightMap.get(name) ?? '');
        if (!shard) throw new CheckpointError(`${file}: has no tensor ${quote(name)}`);
        return shard.bytes(name);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A shard, or what is wrong with it: the others may have their faults too. */
async function openShard(
  name: string,
  sibling: (name: string) => Promise<Source>,
): Promise<WeightFile | CheckpointError> {
  try {
    const source = await sibling(name);
    try {
      return await openSafetensors(source);
    } catch (error) {
      await source.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof CheckpointError) return error;
    throw error;
  }
}

function parseWeightMap(file: string, index: unknown): Map<string, string> {
  const weightMap = typeof index === 'object' && index !== null && 'weight_map' in index ? index.weight_map : undefined;
  if (typeof weightMap !== 'object' || weightMap === null || Array.isArray(weightMap)) {
    throw new CheckpointError(
      `${file}: JSON, but no index of safetensors files: an object "weight_map" of tensors and their files expected`,
    );
  }
  const problems: string[] = [];
  const parsed = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(weightMap as Record<string, unknown>)) {
    if (typeof shard !== 'string' || shard === '' || shard === '.' || shard === '..' || /[/\\:\0]/.test(shard)) {
      const given = typeof shard === 'string' ? quote(shard) : typeof shard;
      problems.push(`tensor ${quote(tensor)} is in ${given}, the name of a file in the same folder expected`);
    } else parsed.set(tensor, shard);
  }
  const count = new Set(parsed.values()).size;
  if (count > maxShards) problems.push(`it names ${count} files, at most ${maxShards} expected`);
  refuseProblems(file, problems);
  return parsed;
}

function groupByShard(weightMap: ReadonlyMap<string, string>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [tensor, shard] of weightMap) {
    const group = groups.get(shard);
    if (group) group.push(tensor);
    else groups.set(shard, [tensor]);
  }
  return groups;
}

/** The tensors of a shard that are missing, doubled or stray. */
function shardProblems(
  name: string,
  { tensors }: WeightFile,
  expected: readonly string[],
  weightMap: ReadonlyMap<string, string>,
): string[] {
  const missing = expected.filter((tensor) => !tensors.has(tensor));
  const others = [...tensors.keys()].filter((tensor) => weightMap.get(tensor) !== name);
  return [
    ...missing.map((tensor) => `tensor ${quote(tensor)} is missing from ${quote(name)}`),
    ...others.map((tensor) => {
      const home = weightMap.get(tensor);
      const where = home === undefined ? 'is not in the index' : `belongs in ${quote(home)}`;
      return `tensor ${quote(tensor)} of ${quote(name)} ${where}`;
    }),
  ];
}

/** In the index's order. */
function joinShards(
  weightMap: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, WeightFile>,
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const [name, shard] of weightMap) {
    const tensor = shards.get(shard)?.tensors.get(name);
    if (tensor) tensors.set(name, tensor);
  }
  return tensors;
}
