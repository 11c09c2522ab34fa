import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { tokenizerFamilies } from '../graph/tokenizer-weights.js';
import { familyIds, familyNamed } from '../family/families.js';
import type { Label } from './labels.js';

/** A model directory that cannot be served: the message names the file, the field, the problem and what is allowed. */
export class ModelError extends Error {
  readonly code = 'BAD_MODEL';
  override readonly name = 'ModelError';
}

const fileName = z
  .string()
  .regex(/^[\w.-]+$/, 'must be the name of a file in the same directory: letters, digits, ".", "_" and "-"');
const scale = z.number().min(0).max(100);
const side = z.int().min(1).max(64);

/** models/<id>/model.json. models/README.md describes each field. */
const manifestSchema = z.strictObject({
  name: z.string().min(1).max(200),
  family: z.enum(familyIds),
  license: z.string().max(2000).nullable().default(null),
  transformer: z.strictObject({
    file: fileName,
    heads: z.int().min(1).max(256),
    anyOrder: z.boolean().optional(),
    divergence: z.number().min(0).optional(),
    floats: fileName.optional(),
  }),
  tokenizer: z.strictObject({ file: fileName, family: z.enum(tokenizerFamilies), patches: fileName.optional() }),
  grid: z.strictObject({ width: side, height: side }),
  labels: fileName,
  defaults: z.strictObject({
    steps: z.int().min(1).max(4096),
    guidance: z.strictObject({
      start: scale,
      end: scale,
      curve: z.enum(['linear', 'cosine']).default('linear'),
      power: z.number().min(0).max(10).default(1),
    }),
    temperature: z.number().min(0).max(10),
    topK: z.int().min(0).default(0),
    topP: z.number().min(0).max(1).default(1),
  }),
});

const labelsSchema = z
  .array(
    z.object({
      index: z.int().min(0),
      name: z.string().regex(/^\S+$/, 'must have no spaces'),
      title: z.string().min(1),
      symbol: z.string().nullish(),
    }),
  )
  .min(1);

type ModelJson = z.infer<typeof manifestSchema>;

export type Manifest = ModelJson & {
  /** The directory's name. */
  readonly id: string;
  readonly folder: string;
  readonly labelList: readonly Label[];
};

/** Parses a model.json. @param file Its path, for messages. @throws ModelError listing every problem. */
export function parseManifest(value: unknown, file: string): ModelJson {
  return parse(manifestSchema, value, file);
}

/** Reads every directory in `models`, sorted by name. @throws ModelError for the first invalid one. */
export async function readManifests(models: string): Promise<Manifest[]> {
  let entries: string[];
  try {
    entries = await readdir(models);
  } catch (cause) {
    throw new ModelError(`cannot read models directory ${models}`, { cause });
  }
  const isModel = async (name: string) => !name.startsWith('.') && (await stat(join(models, name))).isDirectory();
  const areModels = await Promise.all(entries.map(isModel));
  const names = entries.filter((_, i) => areModels[i]).sort((a, b) => a.localeCompare(b));
  if (names.length === 0) throw new ModelError(`models directory ${models} contains no models`);
  return Promise.all(names.map((name) => readManifest(join(models, name))));
}

/** @throws ModelError listing every problem of the first invalid file. */
export async function readManifest(folder: string): Promise<Manifest> {
  const id = basename(folder);
  if (!/^[\w.-]+$/.test(id)) {
    throw new ModelError(`${folder}: the name of a model directory may contain letters, digits, ".", "_" and "-"`);
  }
  const file = join(folder, 'model.json');
  const manifest = parseManifest(await readJson(file), file);
  refuseContradictions(manifest, file);
  const { transformer, tokenizer } = manifest;
  for (const weights of [transformer.file, transformer.floats, tokenizer.file, tokenizer.patches]) {
    if (weights === undefined) continue;
    await stat(join(folder, weights)).catch((cause: unknown) => {
      throw new ModelError(`${file}: file ${join(folder, weights)} does not exist`, { cause });
    });
  }
  return { ...manifest, id, folder, labelList: await readLabels(join(folder, manifest.labels)) };
}

/** The same model with its float weights, if it has them beside quantized ones. */
export function inFloats(manifest: Manifest): Manifest {
  const { floats, heads, anyOrder } = manifest.transformer;
  return floats === undefined ? manifest : { ...manifest, transformer: { file: floats, heads, anyOrder } };
}

/** Rejects fields that are valid by themselves but contradict each other. */
function refuseContradictions({ family, transformer, grid, defaults }: ModelJson, file: string): void {
  const cells = grid.width * grid.height;
  const { capabilities, anyOrderVaries } = familyNamed(family);
  const problems: string[] = [];
  if (defaults.steps > cells)
    problems.push(`defaults.steps: expected at most ${cells} (the number of cells), got ${defaults.steps}`);
  if (!capabilities(transformer.anyOrder).parallelSteps && defaults.steps < cells) {
    problems.push(
      `defaults.steps: expected ${cells}, got ${defaults.steps}: models of the family "${family}" decode one cell per step`,
    );
  }
  if (transformer.anyOrder !== undefined && !anyOrderVaries) {
    problems.push(`transformer.anyOrder: models of the family "${family}" support any order: remove this field`);
  }
  if (problems.length > 0) throw new ModelError(`${file}: ${problems.join('; ')}`);
}

async function readLabels(file: string): Promise<Label[]> {
  const labels = parse(labelsSchema, await readJson(file), file);
  const seen = new Set<string>();
  for (const [place, { index, name }] of labels.entries()) {
    if (index !== place) throw new ModelError(`${file}: label ${place}: expected index ${place}, got ${index}`);
    if (seen.has(name)) throw new ModelError(`${file}: label ${place}: duplicate name "${name}"`);
    seen.add(name);
  }
  return labels.map(({ index, name, title, symbol }) => ({ index, name, title, symbol: symbol ?? null }));
}

async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ModelError(`cannot read ${file}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ModelError(`${file} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new ModelError(`${file}: ${problems.join('; ')}`);
}
