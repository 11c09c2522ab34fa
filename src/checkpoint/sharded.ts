import { CheckpointError, quote, refuseProblems } from './checkpoint-error.js';
import { openSafetensors } from './safetensors-file.js';
import type { Source } from './source.js';
import type { StoredTensor, WeightFile } from './weight-file.js';

/** All shards stay open; the largest public models have about 200. */
const maxShards = 256;
/** Per shard; messages show fewer. */
const maxProblems = 100;

/**
 * Opens the shards named by an index (`*.safetensors.index.json`): {"weight_map": {tensor: shard}}. They are closed
 * with the result.
 *
 * @param sibling Opens a file in the index's directory.
 * @throws CheckpointError if the index and the shards contradict each other.
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
      // Keep only tensors that the index names, so that shards full of others cannot fill memory.
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

/** The opened shard, or a problem: the other shards are still checked. */
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
      `${file}: JSON, but not an index of safetensors files: expected an object "weight_map" from tensors to files`,
    );
  }
  const problems: string[] = [];
  const parsed = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(weightMap as Record<string, unknown>)) {
    if (typeof shard !== 'string' || shard === '' || shard === '.' || shard === '..' || /[/\\:\0]/.test(shard)) {
      const given = typeof shard === 'string' ? quote(shard) : typeof shard;
      problems.push(`tensor ${quote(tensor)} is in ${given}, expected the name of a file in the same directory`);
    } else parsed.set(tensor, shard);
  }
  const count = new Set(parsed.values()).size;
  if (count > maxShards) problems.push(`it names ${count} files, expected at most ${maxShards}`);
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

/** Tensors of a shard that are missing, duplicated or not in the index. */
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

/** Joins the shards, with tensors in the index's order. */
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
