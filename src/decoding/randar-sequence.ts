import type { Embeddings } from './embedding.js';
import { cellCount } from './grid.js';
import type { Sequence } from './sequence.js';
import { firstPositions, nextPositions, stepInputs } from './step.js';

/** [class, Q(p0), T(p0), Q(p1), T(p1) ...], in any order and any number of cells a step. */
export function randarSequence(embeddings: Embeddings): Sequence {
  const { grid, vocabulary, classes } = embeddings;
  return {
    grid,
    vocabulary,
    classes,
    capacity: 1 + 2 * cellCount(grid),
    stepInputs: ({ decoded, previous, count }, rows) => {
      const positions =
        previous === undefined ? firstPositions(decoded, count) : nextPositions(decoded, previous, count);
      return stepInputs(positions, rows, count, embeddings);
    },
  };
}
