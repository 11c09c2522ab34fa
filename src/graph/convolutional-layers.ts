import type { ParameterReader } from '../checkpoint/parameters.js';
import type { GraphBuilder, Value } from './onnx.js';

/**
 * A layer of a convolutional network with its parameters: adds its nodes to a graph. Feature maps are [B, C, H, W], and
 * no layer depends on H and W.
 */
export type Layer = (graph: GraphBuilder, x: Value) => Value;

/** Groups in every group normalization. */
const groups = 32;

/** Reads consecutive layers by their public names; each takes as many channels as the previous one gives. */
export class LayerStack {
  readonly layers: Layer[] = [];

  /** @param channels Input channels of the first layer; here and elsewhere NaN if the file does not say. */
  constructor(
    readonly reader: ParameterReader,
    public channels: number,
  ) {}

  convolution(name: string, out: number, size: number, options: { readonly bias: boolean } = { bias: true }): void {
    this.layers.push(readConvolution(this.reader, name, [out, this.channels, size, size], options));
    this.channels = out;
  }

  upsample(name: string): void {
    this.layers.push(readUpsample(this.reader, name, this.channels));
  }

  normalisedSwish(name: string): void {
    this.layers.push(readNormalisation(this.reader, name, this.channels), swish);
  }

  /** A residual layer; the file determines the number of output channels. */
  residual(name: string, options: ResidualOptions): void {
    const { reader, channels } = this;
    this.channels = width(reader, [`${name}.conv1`, `${name}.norm2`, `${name}.conv2`]);
    this.layers.push(readResidual(reader, name, [channels, this.channels], options));
  }
}

export interface ResidualOptions {
  /** Whether the convolutions have a bias. */
  readonly bias: boolean;
  /** The input of nin_shortcut if the number of channels changes: the layer's input, or the output of conv2. */
  readonly shortcutOf: 'input' | 'output';
}

/**
 * conv2(swish(norm2(conv1(swish(norm1(x)))))) + x, or + nin_shortcut of one of the two if the number of channels
 * changes.
 */
function readResidual(
  reader: ParameterReader,
  name: string,
  [input, output]: readonly [number, number],
  { bias, shortcutOf }: ResidualOptions,
): Layer {
  const norm1 = readNormalisation(reader, `${name}.norm1`, input);
  const conv1 = readConvolution(reader, `${name}.conv1`, [output, input, 3, 3], { bias });
  const norm2 = readNormalisation(reader, `${name}.norm2`, output);
  const conv2 = readConvolution(reader, `${name}.conv2`, [output, output, 3, 3], { bias });
  const isUnknown = Number.isNaN(input) || Number.isNaN(output);
  const hasShortcut = isUnknown ? reader.has(`${name}.nin_shortcut.weight`) : input !== output;
  const from = shortcutOf === 'input' ? input : output;
  const shortcut = hasShortcut
    ? readConvolution(reader, `${name}.nin_shortcut`, [output, from, 1, 1], { bias })
    : undefined;
  return (graph, x) => {
    const inner = conv1(graph, swish(graph, norm1(graph, x)));
    const outer = conv2(graph, swish(graph, norm2(graph, inner)));
    return graph.node('Add', [shortcut ? shortcut(graph, shortcutOf === 'input' ? x : outer) : x, outer]);
  };
}

export interface ConvolutionOptions {
  readonly bias?: boolean;
  /** Top, left, bottom, right. Default: "same" padding. */
  readonly pads?: readonly number[];
  readonly strides?: readonly number[];
}

/** @param shape The weight's shape: [out, in, size, size]. */
export function readConvolution(
  reader: ParameterReader,
  name: string,
  shape: readonly [number, number, number, number],
  { bias = true, pads, strides }: ConvolutionOptions = {},
): Layer {
  const [out, , size] = shape;
  const border = (size - 1) / 2;
  const parameters = [reader.take(`${name}.weight`, shape), ...(bias ? [reader.take(`${name}.bias`, [out])] : [])];
  return (graph, x) =>
    graph.node('Conv', [x, ...parameters.map((parameter) => graph.weight(parameter))], {
      pads: pads ?? [border, border, border, border],
      strides: strides ?? [1, 1],
    });
}

/**
 * Nearest-neighbour upsampling by two, then a 3x3 convolution, computed as four convolutions of the small map, one for
 * each output pixel of a 2x2 block. Each of them sees 2x2 input pixels: kernel rows or columns that fall on the same
 * pixel are summed once, when the session is created. That takes 4/9 of the multiplications.
 */
function readUpsample(reader: ParameterReader, name: string, channels: number): Layer {
  const weight = reader.take(`${name}.weight`, [channels, channels, 3, 3]);
  const bias = reader.take(`${name}.bias`, [channels]);
  return (graph, x) => {
    const folded = (kernel: Value, axis: number): Value[] => {
      const [first, second, third] = graph.nodes('Split', [kernel], 3, { axis, num_outputs: 3 }) as [
        Value,
        Value,
        Value,
      ];
      return [
        graph.node('Concat', [first, graph.node('Add', [second, third])], { axis }),
        graph.node('Concat', [graph.node('Add', [first, second]), third], { axis }),
      ];
    };
    // [out, in, 2, 2] each: for the top left, top right, bottom left and bottom right.
    const kernels = folded(graph.weight(weight), 2).flatMap((rows) => folded(rows, 3));
    const maps = kernels.map((kernel, i) => {
      const [lower, right] = [i >> 1, i & 1];
      const pads = [1 - lower, 1 - right, lower, right];
      return graph.node('Conv', [x, kernel, graph.weight(bias)], { pads, strides: [1, 1] });
    });
    return graph.node('DepthToSpace', [graph.node('Concat', maps, { axis: 1 })], { blocksize: 2, mode: 'DCR' });
  };
}

/**
 * Group normalization in the form that ONNX Runtime runs fastest: instance normalization over the groups, then the
 * scale and offset of each channel as a depthwise 1x1 convolution, which unlike Mul and Add takes a single pass over
 * the map.
 */
export function readNormalisation(reader: ParameterReader, name: string, channels: number): Layer {
  const weight = reader.take(`${name}.weight`, [channels]);
  const bias = reader.take(`${name}.bias`, [channels]);
  if (channels % groups > 0) {
    reader.report(`${name}.weight`, `has shape [${channels}], expected a multiple of ${groups} channels`);
  }
  return (graph, x) => {
    const grouped = graph.node('Reshape', [x, graph.ints([0, groups, -1])]);
    const ones = graph.floats(new Array<number>(groups).fill(1));
    const zeros = graph.floats(new Array<number>(groups).fill(0));
    const centred = graph.node('InstanceNormalization', [grouped, ones, zeros], { epsilon: { float: 1e-6 } });
    const map = graph.node('Reshape', [centred, graph.node('Shape', [x])]);
    const scale = graph.weight(weight, [channels, 1, 1, 1]);
    return graph.node('Conv', [map, scale, graph.weight(bias)], { group: channels });
  };
}

/** x * sigmoid(x) */
const swish: Layer = (graph, x) => graph.node('com.microsoft.QuickGelu', [x], { alpha: { float: 1 } });

/**
 * A layer's output channels, from the first of its parts for which the file has a weight or bias, so that a missing
 * parameter is reported alone.
 */
export function width({ tensors }: ParameterReader, parts: readonly string[]): number {
  const names = parts.flatMap((part) => [`${part}.weight`, `${part}.bias`]);
  const found = names.map((name) => tensors.get(name)).find((tensor) => tensor !== undefined);
  return found?.shape[0] ?? NaN;
}

/** The number of numbered parts under a prefix. */
export function countIn({ tensors }: ParameterReader, prefix: string): number {
  const names = [...tensors.keys()].filter((name) => name.startsWith(prefix));
  return new Set(names.flatMap((name) => /^\d+/.exec(name.slice(prefix.length)) ?? [])).size;
}
