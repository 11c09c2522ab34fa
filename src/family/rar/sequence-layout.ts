import type { Grid } from '../../decoding/grid.js';
import type { Sequence, SequenceLayout, StepInputs, StepTensor } from '../../decoding/sequence.js';
import { addRow, classRow, foldPlaces, type RarTables } from './tables.js';
import { intAt, rowAt } from '../../numbers/at.js';

/**
 * RAR's layout: [class token, class, T(p0), T(p1) ... T(p(n-2))], positions 0 to n for n cells in an order p. The logits
 * of position 1 + s are of cell p(s): one cell a step, and nothing known before the first.
 * Source: bytedance/1d-tokenizer, modeling/rar.py, forward_fn.
 *
 * @param modulationOf adaLN of each position, [1 + cells, modulation width], of a label that will be fed
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
    stepInputs: ({ decoded, count }, sequences) => {
      if (count !== 1) throw new RangeError(`RAR decodes one cell a step, not ${count}`);
      const [from, positions] = decoded === 0 ? [0, 2] : [decoded + 1, 1];
      return rarInputs(from, positions, sequences.map(prepare), 1, tables);
    },
  };
}

/** One sequence of a batch, with all that its positions feed. */
export interface RarSequence {
  /** `classes` is the null class. */
  readonly label: number;
  /** Of foldPlaces, for the sequence's order. */
  readonly places: Float32Array;
  /** adaLN of each position, [1 + cells, modulation width], for the sequence's label. */
  readonly modulation: Float32Array;
  /** Known so far, in order. */
  readonly tokens: Int32Array;
}

export interface RarStepInputs extends StepInputs {
  readonly tensors: Readonly<Record<'x' | 'modulation', StepTensor>>;
}

/**
 * Gathers x and modulation of positions `from` to `from + count - 1`, for every sequence of the batch. The first step is
 * fed two positions, from 0 on; a later one that of the token just drawn.
 *
 * @param wanted how many of the last positions the logits are asked for
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
