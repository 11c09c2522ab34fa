import { intAt } from '../../numbers/at.js';
import { cellCount } from '../../decoding/grid.js';
import type { Sequence, SequenceLayout } from '../../decoding/sequence.js';
import type { StepIndices } from '../../decoding/step-indices.js';
import { keptPositions, stepPositions, type Position } from './sequence-layout.js';
import type { Embeddings } from './tables.js';

/**
 * RandAR's lookup tables for a device. The embedding table has the image tokens, the classes, then `otherRows`. The
 * rotation tables have the cells of the model's own grid and of the enlarged one, then a row of zeros for the class token.
 */
export interface DeviceTables {
  /** [cells + enlarged cells + 1, D]: instructions of the own grid and of the enlarged one, then a row of zeros. */
  readonly otherRows: Float32Array;
  /** [cells + enlarged cells + 1, pairs] each. */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** The tables, and the layout of pictures on each of the two grids. */
export function randarOnDevice(
  own: Embeddings,
  enlarged: Embeddings,
): {
  readonly tables: DeviceTables;
  readonly own: SequenceLayout<StepIndices>;
  readonly enlarged: SequenceLayout<StepIndices>;
} {
  const zeroRow = new Float32Array(own.dimension);
  const zeroAngles = new Float32Array(own.rotation.pairs);
  const ownCells = cellCount(own.grid);
  const others = own.vocabulary + own.classes + 1;
  const allCells = ownCells + cellCount(enlarged.grid);
  const nothing = { embedding: others + allCells, rotation: allCells };
  return {
    tables: {
      otherRows: join(own.instructions, enlarged.instructions, zeroRow),
      cos: join(own.rotation.cos, enlarged.rotation.cos, zeroAngles),
      sin: join(own.rotation.sin, enlarged.rotation.sin, zeroAngles),
    },
    own: layout(own, { instructions: others, rotations: 0, nothing }),
    enlarged: layout(enlarged, { instructions: others + ownCells, rotations: ownCells, nothing }),
  };
}

/** Where in the tables a grid's rows begin, and where the rows of zeros are. */
interface Places {
  readonly instructions: number;
  readonly rotations: number;
  readonly nothing: { readonly embedding: number; readonly rotation: number };
}

function layout({ grid, vocabulary, classes }: Embeddings, places: Places): SequenceLayout<StepIndices> {
  const embeddingOf = (position: Position, sequence: Sequence): number => {
    switch (position.kind) {
      case 'class':
        return vocabulary + sequence.label;
      case 'query':
        return places.instructions + cellAt(sequence, position.at);
      case 'token':
        return sequence.blank?.has(position.at) ? places.nothing.embedding : intAt(sequence.tokens, position.at);
    }
  };
  // The class token is not rotated but zeroed: it is attended to with score 0.
  const rotationOf = (position: Position, sequence: Sequence): number =>
    position.kind === 'class' ? places.nothing.rotation : places.rotations + cellAt(sequence, position.at);
  return {
    grid,
    vocabulary,
    classes,
    // The last token is never fed.
    capacity: 2 * cellCount(grid),
    stepInputs: (step, sequences) => {
      const positions = stepPositions(step);
      const embedding = new Int32Array(positions.length * sequences.length);
      const rotation = new Int32Array(embedding.length);
      let i = 0;
      for (const position of positions) {
        for (const sequence of sequences) {
          embedding[i] = embeddingOf(position, sequence);
          rotation[i++] = rotationOf(position, sequence);
        }
      }
      return {
        positions: positions.length,
        sequences: sequences.length,
        indices: { embedding, rotation },
        wanted: step.count,
        kept: keptPositions(positions.length, step.count),
      };
    },
  };
}

function cellAt({ order }: Sequence, at: number): number {
  return intAt(order, at);
}

function join(...parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
