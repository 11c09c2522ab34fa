import type { Parameter, ParameterReader } from '../../checkpoint/parameters.js';
import { elementCount } from '../../checkpoint/weight-file.js';
import { matrixShape, precisionOf, takeAffine, type Affine, type Precision } from '../../graph/linear.js';
import type { TransformerShape } from '../../graph/transformer-shape.js';
import type { StoredForms } from '../model-family.js';

export interface RarShape extends TransformerShape {
  /** Cells of a picture. The grid does not matter: positions are learned. */
  readonly cells: number;
}

/**
 * The parameters of RAR's transformer, by their public names.
 * Source: bytedance/1d-tokenizer, modeling/rar.py (arXiv 2411.00776).
 */
export interface RarWeights {
  readonly shape: RarShape;
  /** [1, 1, D]: the first position of every sequence. */
  readonly classToken: Parameter;
  /** [vocabulary + 1 + classes + 1, D]: image tokens, the mask row used in training, classes, the null class. */
  readonly embeddings: Parameter;
  /** [1, cells + 1024, D] each: row 2 + c is cell c. */
  readonly positions: Parameter;
  readonly targets: Parameter;
  /** [1, cells + 100, D]: added to the class embedding as the input to adaLN. */
  readonly timesteps: Parameter;
  readonly blocks: readonly RarBlock[];
  /** D to 2D: scale, then shift. */
  readonly headModulation: Affine;
  readonly head: Affine;
}

export interface RarBlock {
  readonly attentionNorm: Norm;
  readonly qkv: Affine;
  /** Over a head's numbers; shared by all heads. */
  readonly queryNorm: Norm;
  readonly keyNorm: Norm;
  readonly projection: Affine;
  readonly mlpNorm: Norm;
  readonly up: Affine;
  readonly down: Affine;
  /** D to 6D: shift, scale and gate of the attention, then of the MLP. */
  readonly modulation: Affine;
}

export interface Norm {
  readonly weight: Parameter;
  readonly bias: Parameter;
}

/** Rows of the position tables beyond a picture's cells; two of them belong to [class token, class]. */
export const positionsBeyondCells = 1024;
const timestepsBeyondCells = 100;

/**
 * Takes every parameter by its public name. All sizes follow from the shapes; the head dimension is the length of
 * q_norm.
 *
 * @throws CheckpointError listing every missing, misshapen and unexpected parameter.
 */
export function readRar(reader: ParameterReader): RarWeights {
  const [rows = NaN, dimension = NaN] = reader.shape('embeddings.weight', 2);
  const [vocabulary] = matrixShape(reader, 'lm_head.weight');
  const [, positionRows = NaN] = reader.shape('pos_embed', 3);
  const [headDimension = NaN] = reader.shape('blocks.0.attn.q_norm.weight', 1);
  const cells = positionRows - positionsBeyondCells;
  const classes = rows - vocabulary - 2;
  const blocks: RarBlock[] = [];
  while (blocks.length === 0 || reader.has(`blocks.${blocks.length}.attn.qkv.weight`)) {
    blocks.push(readBlock(reader, `blocks.${blocks.length}`, dimension, headDimension));
  }
  const weights = {
    classToken: reader.take('cls_token', [1, 1, dimension]),
    embeddings: reader.take('embeddings.weight', [rows, dimension]),
    positions: reader.take('pos_embed', [1, positionRows, dimension]),
    targets: reader.take('target_aware_pos_embed', [1, positionRows, dimension]),
    timesteps: reader.take('timesteps_embeddings', [1, cells + timestepsBeyondCells, dimension]),
    blocks,
    headModulation: takeAffine(reader, 'adaln_before_head.adaLN_modulation.1', [2 * dimension, dimension]),
    head: takeAffine(reader, 'lm_head', [vocabulary, dimension]),
  };
  if (cells < 1) {
    reader.report('pos_embed', `has ${positionRows} rows, expected ${positionsBeyondCells} plus one per cell`);
  }
  if (classes < 1) {
    reader.report(
      'embeddings.weight',
      `has ${rows} rows, expected one per token (${vocabulary}), two more, and one per class`,
    );
  }
  const heads = dimension / headDimension;
  if (!Number.isNaN(heads) && !Number.isInteger(heads)) {
    reader.report('blocks.0.attn.q_norm.weight', `has ${headDimension} numbers, expected a divisor of ${dimension}`);
  }
  reader.finish();
  const parameters = countParameters(weights);
  return {
    ...weights,
    shape: { dimension, layers: blocks.length, heads, headDimension, vocabulary, classes, cells, parameters },
  };
}

function readBlock(reader: ParameterReader, at: string, dimension: number, headDimension: number): RarBlock {
  const norm = (name: string, size: number): Norm => ({
    weight: reader.take(`${at}.${name}.weight`, [size]),
    bias: reader.take(`${at}.${name}.bias`, [size]),
  });
  const layer = (name: string, out: number, input: number) => takeAffine(reader, `${at}.${name}`, [out, input]);
  const [hidden] = matrixShape(reader, `${at}.mlp.fc1.weight`);
  return {
    attentionNorm: norm('norm1', dimension),
    qkv: layer('attn.qkv', 3 * dimension, dimension),
    queryNorm: norm('attn.q_norm', headDimension),
    keyNorm: norm('attn.k_norm', headDimension),
    projection: layer('attn.proj', dimension, dimension),
    mlpNorm: norm('norm2', dimension),
    up: layer('mlp.fc1', hidden, dimension),
    down: layer('mlp.fc2', dimension, hidden),
    modulation: layer('adaLN_modulation.1', 6 * dimension, dimension),
  };
}

/** The precision of the step's matrices. */
export function rarPrecision({ blocks, head }: RarWeights): Precision {
  return precisionOf((blocks[0]?.qkv ?? head).matrix);
}

/** Maps each parameter to its stored form, in the order of the forward pass. */
export function storeRar<T>(weights: RarWeights, { vector, table, matrix, fineMatrix }: StoredForms<T>): T[] {
  const norm = ({ weight, bias }: Norm) => [...vector(weight), ...vector(bias)];
  const layer = (affine: Affine) => [...matrix(affine.matrix), ...vector(affine.bias)];
  // adaLN is computed once per class, so fewer bits would save no time.
  const fineLayer = (affine: Affine) => [...fineMatrix(affine.matrix), ...vector(affine.bias)];
  return [
    ...vector(weights.classToken),
    ...table(weights.embeddings),
    ...table(weights.positions),
    ...table(weights.targets),
    ...table(weights.timesteps),
    ...weights.blocks.flatMap((block) => [
      ...blockNorms(block).flatMap(norm),
      ...blockLayers(block).flatMap(layer),
      ...fineLayer(block.modulation),
    ]),
    ...fineLayer(weights.headModulation),
    ...fineLayer(weights.head),
  ];
}

/** A block's vectors and layers, in the order of the forward pass. */
export const blockNorms = ({ attentionNorm, queryNorm, keyNorm, mlpNorm }: RarBlock): Norm[] => [
  attentionNorm,
  queryNorm,
  keyNorm,
  mlpNorm,
];
/** The matrices that a step multiplies with; adaLN is not among them. */
export const blockLayers = ({ qkv, projection, up, down }: RarBlock): Affine[] => [qkv, projection, up, down];

function countParameters(weights: Omit<RarWeights, 'shape'>): number {
  const { classToken, embeddings, positions, targets, timesteps, blocks, headModulation, head } = weights;
  const norms = blocks.flatMap(blockNorms).flatMap(({ weight, bias }) => [weight, bias]);
  const layers = [...blocks.flatMap((block) => [...blockLayers(block), block.modulation]), headModulation, head];
  const affine = layers.flatMap(({ matrix, bias }) => [matrix, bias]);
  const all = [classToken, embeddings, positions, targets, timesteps, ...norms, ...affine];
  return all.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}
