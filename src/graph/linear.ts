import type { Parameter, ParameterReader } from '../checkpoint/parameters.js';
import { byteProduct, type GraphBuilder, type Value } from './onnx.js';

/** The matrix W [out, in] of a linear layer y = x W', in its stored form. */
export type Matrix = { readonly shape: MatrixShape } & (
  | /** [out, in], as in PyTorch's nn.Linear. */
    { readonly kind: 'float'; readonly weight: Parameter }
    /** I8 [in, out], with one scale per output, F32 [out]. */
  | { readonly kind: 'int8'; readonly weight: Parameter; readonly scales: Parameter }
  /** U8 [out, in / 32, 16]: two numbers per byte, low half first, zero stored as 8. Scales are F32 [out, in / 32]. */
  | { readonly kind: 'int4'; readonly weight: Parameter; readonly scales: Parameter }
);

export type Precision = 'fp32' | 'fp16' | 'int8' | 'int4';

/** The stored precision of a matrix; a model's precision is that of the step's matrices. */
export function precisionOf({ kind, weight }: Matrix): Precision {
  if (kind !== 'float') return kind;
  return weight.dtype === 'F32' ? 'fp32' : 'fp16';
}

/** out, in. */
export type MatrixShape = readonly [number, number];

/** Numbers in a row that share a scale. */
export const int4Block = 32;

export const scalesOf = (name: string): string => `${name}.scales`;

/** A matrix's shape in any stored form; NaN if it is missing. */
export function matrixShape(reader: ParameterReader, name: string): MatrixShape {
  const dtype = reader.tensors.get(name)?.dtype;
  if (dtype === 'U8') {
    const [out = NaN, blocks = NaN] = reader.shape(name, 3);
    return [out, blocks * int4Block];
  }
  const [first = NaN, second = NaN] = reader.shape(name, 2);
  return dtype === 'I8' ? [second, first] : [first, second];
}

export function takeMatrix(reader: ParameterReader, name: string, shape: MatrixShape): Matrix {
  const [out, input] = shape;
  switch (reader.tensors.get(name)?.dtype) {
    case 'I8': {
      const weight = reader.take(name, [input, out], ['I8']);
      return { kind: 'int8', shape, weight, scales: reader.take(scalesOf(name), [out], ['F32']) };
    }
    case 'U8': {
      const weight = reader.take(name, [out, input / int4Block, int4Block / 2], ['U8']);
      const scales = reader.take(scalesOf(name), [out, input / int4Block], ['F32']);
      return { kind: 'int4', shape, weight, scales };
    }
    default:
      return { kind: 'float', shape, weight: reader.take(name, [out, input]) };
  }
}

/** The matrix and bias [out] of a linear layer y = x W' + b. */
export interface Affine {
  readonly matrix: Matrix;
  readonly bias: Parameter;
}

export function takeAffine(reader: ParameterReader, name: string, shape: MatrixShape): Affine {
  const matrix = takeMatrix(reader, `${name}.weight`, shape);
  return { matrix, bias: reader.take(`${name}.bias`, [shape[0]]) };
}

/** x W' + b for rows x [rows, in]. */
export function affine(graph: GraphBuilder, x: Value, { matrix, bias }: Affine, zeros?: RowZeros): Value {
  if (matrix.kind === 'float') {
    return graph.node('Gemm', [x, graph.weight(matrix.weight), graph.weight(bias)], { transB: 1 });
  }
  return graph.node('Add', [linear(graph, x, matrix, zeros), graph.weight(bias)]);
}

/**
 * x W' for several matrices and the same rows x [rows, in].
 *
 * @param zeros Zero points for as many rows as x has, if available: sharing one tensor between all products of a graph
 *   is faster.
 */
export function linears(
  graph: GraphBuilder,
  x: Value,
  matrices: readonly Matrix[],
  zeros: RowZeros = rowZeros(graph, x),
): Value[] {
  const quantised = matrices.some(({ kind }) => kind === 'int8') ? quantiseRows(graph, x, zeros()) : undefined;
  return matrices.map((matrix) => {
    if (matrix.kind === 'int8' && quantised) return integerProduct(graph, quantised, matrix);
    return matrix.kind === 'int4' ? blockProduct(graph, x, matrix) : floatProduct(graph, x, matrix.weight);
  });
}

export function linear(graph: GraphBuilder, x: Value, matrix: Matrix, zeros?: RowZeros): Value {
  const [only] = linears(graph, x, [matrix], zeros);
  return only as Value;
}

/** Zero points of the quantized rows: uint8 [rows], created on first use. */
export type RowZeros = () => Value;

export function rowZeros(graph: GraphBuilder, x: Value): RowZeros {
  let zeros: Value | undefined;
  return () => (zeros ??= graph.node('Expand', [graph.byte(zero), graph.node('Shape', [x], { start: 0, end: 1 })]));
}

const zero = 128;

function floatProduct(graph: GraphBuilder, x: Value, weight: Parameter): Value {
  return graph.node('Gemm', [x, graph.weight(weight)], { transB: 1 });
}

interface QuantisedRows {
  /** uint8, zero stored as 128: [rows, in]. */
  readonly bytes: Value;
  /** [rows, 1] */
  readonly scale: Value;
}

/**
 * Quantizes each row by its own largest magnitude: the step is max|x| / 127. DynamicQuantizeLinear uses one scale for
 * all rows, so a picture's tokens would depend on what else is in the batch. uint8, not int8: ONNX Runtime has no fast
 * product of two signed matrices on every processor, and was five times slower with one.
 */
function quantiseRows(graph: GraphBuilder, x: Value, zeros: Value): QuantisedRows {
  const largest = graph.node('ReduceMax', [graph.node('Abs', [x]), graph.ints([1])], { keepdims: 0 });
  // Avoids dividing by zero for a row of zeros; any scale would do.
  const scale = graph.node('Mul', [graph.node('Max', [largest, graph.floats([1e-20])]), graph.floats([1 / 127])]);
  const bytes = graph.node('QuantizeLinear', [x, scale, zeros], { axis: 0 });
  return { bytes, scale: graph.node('Unsqueeze', [scale, graph.ints([1])]) };
}

/**
 * MatMulIntegerToFloat supports a scale per output, but only one for all rows. It gets 1, and each row's own scale is
 * applied afterwards. Scaling within the product saves two passes over the result.
 */
function integerProduct(
  graph: GraphBuilder,
  { bytes, scale }: QuantisedRows,
  { weight, scales }: Matrix & { kind: 'int8' },
): Value {
  const operands = [bytes, graph.weight(weight), graph.floats([1], []), graph.weight(scales), graph.byte(zero)];
  return graph.node('Mul', [graph.node(byteProduct, operands), scale]);
}

/**
 * accuracy_level 4 lets ONNX Runtime quantize the rows as well, by row and block, so results do not depend on the
 * batch.
 */
function blockProduct(graph: GraphBuilder, x: Value, { weight, scales, shape }: Matrix & { kind: 'int4' }): Value {
  const [out, input] = shape;
  return graph.node('com.microsoft.MatMulNBits', [x, graph.weight(weight), graph.weight(scales)], {
    K: input,
    N: out,
    bits: 4,
    block_size: int4Block,
    accuracy_level: 4,
  });
}
