import type { Parameter, ParameterReader } from '../../checkpoint/parameters.js';
import { elementCount } from '../../checkpoint/weight-file.js';
import type { TransformerShape } from '../../graph/transformer-shape.js';
import { matrixShape, precisionOf, takeMatrix, type Matrix, type Precision } from '../../graph/linear.js';
import type { StoredForms } from '../model-family.js';

/**
 * The parameters of RandAR's transformer, by their public names.
 * Source: ziqipang/RandAR, RandAR/model/randar_gpt.py and llamagen_gpt.py.
 */
export interface RandarWeights {
  readonly shape: TransformerShape;
  /** [vocabulary, D]: the embedding of each image token. */
  readonly tokenEmbeddings: Parameter;
  /** [classes + 1, D]: the last row is the null class. */
  readonly classEmbeddings: Parameter;
  /** [1, D]: the position-instruction embedding before rotation. */
  readonly positionInstruction: Parameter;
  readonly layers: readonly LayerWeights[];
  readonly norm: Parameter;
  readonly output: Matrix;
}

interface LayerWeights {
  readonly attentionNorm: Parameter;
  readonly wqkv: Matrix;
  readonly wo: Matrix;
  readonly ffnNorm: Parameter;
  readonly w1: Matrix;
  readonly w2: Matrix;
  readonly w3: Matrix;
}

/**
 * Takes every parameter by its public name. All sizes but the number of heads follow from the shapes.
 *
 * @throws CheckpointError listing every missing, misshapen and unexpected parameter.
 */
export function readRandar(reader: ParameterReader, heads: number): RandarWeights {
  const [vocabulary = 0, dimension = 0] = reader.shape('tok_embeddings.weight', 2);
  const [classRows = 0] = reader.shape('cls_embedding.embedding_table.weight', 2);
  const layers: LayerWeights[] = [];
  while (layers.length === 0 || reader.has(`layers.${layers.length}.attention.wqkv.weight`)) {
    const at = `layers.${layers.length}`;
    const [hidden] = matrixShape(reader, `${at}.feed_forward.w1.weight`);
    layers.push({
      attentionNorm: reader.take(`${at}.attention_norm.weight`, [dimension]),
      wqkv: takeMatrix(reader, `${at}.attention.wqkv.weight`, [3 * dimension, dimension]),
      wo: takeMatrix(reader, `${at}.attention.wo.weight`, [dimension, dimension]),
      ffnNorm: reader.take(`${at}.ffn_norm.weight`, [dimension]),
      w1: takeMatrix(reader, `${at}.feed_forward.w1.weight`, [hidden, dimension]),
      w2: takeMatrix(reader, `${at}.feed_forward.w2.weight`, [dimension, hidden]),
      w3: takeMatrix(reader, `${at}.feed_forward.w3.weight`, [hidden, dimension]),
    });
  }
  reader.ignore('freqs_cis');
  const weights = {
    tokenEmbeddings: reader.take('tok_embeddings.weight', [vocabulary, dimension]),
    classEmbeddings: reader.take('cls_embedding.embedding_table.weight', [classRows, dimension]),
    positionInstruction: reader.take('pos_instruct_embeddings', [1, dimension]),
    layers,
    norm: reader.take('norm.weight', [dimension]),
    output: takeMatrix(reader, 'output.weight', [vocabulary, dimension]),
  };
  const headDimension = dimension / heads;
  // The rotation splits a head between two axes, each in pairs.
  if (Number.isFinite(dimension) && headDimension % 4 !== 0) {
    reader.report(
      'tok_embeddings.weight',
      `has rows of ${dimension}, expected a multiple of 4 for each of ${heads} heads`,
    );
  }
  reader.finish();
  return {
    ...weights,
    shape: {
      dimension,
      layers: layers.length,
      heads,
      headDimension,
      vocabulary,
      classes: classRows - 1,
      parameters: countParameters(weights),
    },
  };
}

/** The precision of the step's matrices. */
export function randarPrecision({ layers, output }: RandarWeights): Precision {
  return precisionOf(layers[0]?.wqkv ?? output);
}

/** Maps each parameter to its stored form, in the order of the forward pass. */
export function storeRandar<T>(weights: RandarWeights, { vector, table, matrix, fineMatrix }: StoredForms<T>): T[] {
  return [
    ...table(weights.tokenEmbeddings),
    ...table(weights.classEmbeddings),
    ...vector(weights.positionInstruction),
    ...weights.layers.flatMap((layer) => [
      ...vector(layer.attentionNorm),
      ...matrix(layer.wqkv),
      ...matrix(layer.wo),
      ...vector(layer.ffnNorm),
      ...matrix(layer.w1),
      ...matrix(layer.w3),
      ...matrix(layer.w2),
    ]),
    ...vector(weights.norm),
    ...fineMatrix(weights.output),
  ];
}

function countParameters(weights: Omit<RandarWeights, 'shape'>): number {
  const { tokenEmbeddings, classEmbeddings, positionInstruction, layers, norm, output } = weights;
  const matrices = layers.flatMap(({ wqkv, wo, w1, w2, w3 }) => [wqkv, wo, w1, w2, w3]);
  const vectors = layers.flatMap(({ attentionNorm, ffnNorm }) => [attentionNorm, ffnNorm]);
  const all = [tokenEmbeddings, classEmbeddings, positionInstruction, norm, output, ...vectors, ...matrices];
  return all.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}
