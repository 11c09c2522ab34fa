import { CheckpointError, plainName } from '../checkpoint/checkpoint-error.js';
import { openWeights } from '../checkpoint/open-weights.js';
import { ParameterReader } from '../checkpoint/parameters.js';
import { byteLength, elementCount, type WeightFile } from '../checkpoint/weight-file.js';
import { readTokenizer } from '../graph/read-tokenizer.js';
import { eachFamily, recogniseFamily } from '../family/families.js';
import { ImportError } from './import-options.js';
import { familyOf, knownGrid, knownHeads, statedCells, statedHeads } from './sizes.js';
import { storedForm } from './stored-form.js';

/** Describes the content of a weights file in lines of text. @throws CheckpointError if it cannot be read at all. */
export async function inspectFile(path: string): Promise<string[]> {
  const file = await openWeights(path);
  try {
    return [...summarise(file), '', ...describe(file), '', ...list(file)];
  } finally {
    await file.close();
  }
}

function summarise({ file, tensors }: WeightFile): string[] {
  const all = [...tensors.values()];
  const types = [...new Set(all.map(({ dtype }) => dtype))].join(', ');
  const numbers = all.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const bytes = all.reduce((sum, tensor) => sum + byteLength(tensor), 0);
  return [`${file}: ${tensors.size} tensors of ${types}, ${numbers} values, ${bytes} bytes`];
}

function describe(file: WeightFile): string[] {
  const isTransformer = recogniseFamily(file.tensors.keys()) !== undefined;
  try {
    return isTransformer ? describeTransformer(file) : describeTokenizer(file);
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof ImportError)) throw error;
    return [
      `cannot be imported: ${isTransformer ? '' : `not a ${eachFamily(({ title }) => title, 'or')} transformer, and `}${error.message}`,
    ];
  }
}

function describeTransformer(file: WeightFile): string[] {
  const heads = knownHeads(file);
  const grid = knownGrid(file);
  const family = familyOf(file);
  const weights = family.read(new ParameterReader(file.file, file.tensors), heads ?? 1);
  // Like an import, rejects weights that are already quantized.
  storedForm(weights, file, 'fp32');
  const { layers, dimension, vocabulary, classes, parameters } = weights.shape;
  const unless = (option: string, stated: unknown) => (stated ? '' : ` (override with ${option})`);
  return [
    `${family.title} transformer: ${layers} layers of ${dimension}, ${vocabulary} tokens, ${classes} classes, ` +
      `${parameters} parameters`,
    `attention heads: ${heads === undefined ? 'unknown; pass --heads' : `${heads}${unless('--heads', statedHeads(file))}`}`,
    `cells: ${grid ? `${grid.width}x${grid.height}${unless('--grid', statedCells(file))}` : 'unknown; pass --grid'}`,
    `import it with: npx randar import --id NAME --transformer ${file.file} --tokenizer FILE --labels FILE` +
      `${heads === undefined ? ' --heads N' : ''}${grid ? '' : ' --grid WxH'}`,
  ];
}

function describeTokenizer(file: WeightFile): string[] {
  const { family, factor, vocabulary, codebookDimensions } = readTokenizer(
    new ParameterReader(file.file, file.tensors),
  );
  return [
    `${family} tokenizer: ${vocabulary} codes of ${codebookDimensions} dimensions, ${factor} x ${factor} pixels per cell`,
    `import it with: npx randar import --id NAME --transformer FILE --tokenizer ${file.file} --labels FILE`,
  ];
}

function list({ tensors }: WeightFile): string[] {
  const rows = [...tensors].map(
    ([name, { dtype, shape }]) => [plainName(name), `${dtype} [${shape.join(', ')}]`] as const,
  );
  const width = rows.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  return rows.map(([name, kind]) => `${name.padEnd(width)} ${kind}`);
}
