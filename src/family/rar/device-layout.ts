import { intAt } from '../../numbers/at.js';
import type { Grid } from '../../decoding/grid.js';
import type { Sequence, SequenceLayout } from '../../decoding/sequence.js';
import type { StepIndices } from '../../decoding/step-indices.js';
import { rarPositions } from './sequence-layout.js';
import type { RarShape } from './weights.js';

/** The number of rows in RAR's learned tables, which may be more than a picture needs. */
export interface RarTableRows {
  readonly targets: number;
  readonly embeddings: number;
}

/**
 * RAR's layout for a device: [class token, class, T(p0), T(p1) ...], as in rarLayout, but with row indices instead of
 * rows. The target table ends with an extra row of zeros, the embedding table with the class token.
 */
export function rarDeviceLayout(
  { vocabulary, classes, cells }: RarShape,
  grid: Grid,
  rows: RarTableRows,
): SequenceLayout<StepIndices> {
  return {
    grid,
    vocabulary,
    classes,
    // Two positions come before the first cell's token; the last cell's is never fed.
    capacity: 1 + cells,
    stepInputs: (step, sequences) => {
      const { from, positions } = rarPositions(step);
      const column = (of: (position: number, sequence: Sequence) => number) =>
        Int32Array.from({ length: positions * sequences.length }, (_, i) => {
          const sequence = sequences[i % sequences.length];
          if (!sequence) throw new RangeError('a step without sequences');
          return of(from + Math.floor(i / sequences.length), sequence);
        });
      // Between the image tokens and the classes lies the mask row, which inference never uses.
      const classRow = ({ label }: Sequence) => vocabulary + 1 + label;
      const cellAt = ({ order }: Sequence, at: number) => intAt(order, at);
      return {
        positions,
        sequences: sequences.length,
        indices: {
          position: column((at, sequence) => (at < 2 ? at : 2 + cellAt(sequence, at - 2))),
          target: column((at, sequence) => (at === 0 ? rows.targets : 2 + cellAt(sequence, at - 1))),
          embedding: column((at, sequence) => {
            if (at === 0) return rows.embeddings;
            return at === 1 ? classRow(sequence) : intAt(sequence.tokens, at - 2);
          }),
          timestep: column((at) => at),
          condition: column((_, sequence) => classRow(sequence)),
        },
        wanted: 1,
        kept: positions,
      };
    },
  };
}
