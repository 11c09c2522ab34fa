import type { Grid } from '../../decoding/grid.js';
import type { Sequence, SequenceLayout, SequenceStep, StepInputs, StepTensor } from '../../decoding/sequence.js';
import { addRow, classRow, foldPlaces, type RarTables } from './tables.js';
import { intAt, rowAt } from '../../numbers/at.js';

/**
 * RAR's layout: [class token, class, T(p0), T(p1) ... T(p(n-2))], positions 0 to n for n cells in an order p. Position
 * 1 + s predicts cell p(s): one cell per step, with no known tokens before the first.
 * Source: bytedance/1d-tokenizer, modeling/rar.py, forward_fn.
 *
 * @param modulationOf The adaLN of a label at each position, [1 + cells, modulation width].
 */
export function rarLayout(
  tables: RarTables,
  grid: Grid,
  modulationOf: (label: number) => Float32Array,
): SequenceLayout {
  const { vocabulary, classes, cells } = tables;
  const prepared = new WeakMap<Sequence, RarSequence>();
  const prepare = (sequence: Sequence): RarSequence => {
    const { label, tokens, order } = sequence;
    const made = prepared.get(sequence) ?? {
      label,
      tokens,
      places: foldPlaces(tables, order),
      modulation: modulationOf(label),
    };
    prepared.set(sequence, made);
    return made;
  };
  return {
    grid,
    vocabulary,
    classes,
    capacity: 1 + cells,
    stepInputs: (step, sequences) => {
      const { from, positions } = rarPositions(step);
      return rarInputs(from, positions, sequences.map(prepare), 1, tables);
    },
  };
}

/**
 * The positions that a step feeds: the class token and the class before the first cell, then each token just drawn.
 *
 * @throws RangeError for more than one cell a step.
 */
export function rarPositions({ decoded, count }: SequenceStep): { readonly from: number; readonly positions: number } {
  if (count !== 1) throw new RangeError(`RAR decodes one cell a step, not ${count}`);
  return decoded === 0 ? { from: 0, positions: 2 } : { from: decoded + 1, positions: 1 };
}

/** A sequence of a batch, with everything its positions feed. */
export interface RarSequence {
  /** `classes` is the null class. */
  readonly label: number;
  /** The result of foldPlaces for the sequence's order. */
  readonly places: Float32Array;
  /** adaLN of each position, [1 + cells, modulation width], for the sequence's label. */
  readonly modulation: Float32Array;
  /** The tokens known so far, in order. */
  readonly tokens: Int32Array;
}

export interface RarStepInputs extends StepInputs {
  readonly tensors: Readonly<Record<'x' | 'modulation', StepTensor>>;
}

/**
 * Gathers x and modulation of positions `from` to `from + count - 1` for every sequence of the batch. The first step
 * feeds positions 0 and 1, each later one the position of the newest token.
 *
 * @param wanted The number of last positions whose logits are needed.
 */
export function rarInputs(
  from: number,
  count: number,
  sequences: readonly RarSequence[],
  wanted: number,
  tables: RarTables,
): RarStepInputs {
  const { dimension, cells, embeddings } = tables;
  const width = (sequences[0]?.modulation.length ?? 0) / (1 + cells);
  const x = new Float32Array(count * sequences.length * dimension);
  const modulation = new Float32Array(count * sequences.length * width);
  let at = 0;
  for (let position = from; position < from + count; position++) {
    for (const sequence of sequences) {
      const input = rowAt(x, at, dimension);
      input.set(rowAt(sequence.places, position, dimension));
      if (position === 1) addRow(input, classRow(tables, sequence.label));
      if (position > 1) addRow(input, rowAt(embeddings, intAt(sequence.tokens, position - 2), dimension));
      modulation.set(rowAt(sequence.modulation, position, width), at * width);
      at++;
    }
  }
  const tensors = { x: { width: dimension, numbers: x }, modulation: { width, numbers: modulation } };
  return { positions: count, sequences: sequences.length, tensors, wanted, kept: count };
}
