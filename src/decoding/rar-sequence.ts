import type { Grid } from './grid.js';
import { foldPlaces, rarStepInputs, type RarRow, type RarTables } from './rar-rows.js';
import type { Sequence } from './sequence.js';
import type { Row } from './step.js';

/**
 * [class token, class, T(p0), T(p1) ...], one cell a step and nothing known before the first.
 *
 * @param modulationOf adaLN of each position, [1 + cells, modulation width], of a label that will be fed
 */
export function rarSequence(tables: RarTables, grid: Grid, modulationOf: (label: number) => Float32Array): Sequence {
  const { vocabulary, classes, cells } = tables;
  const known = new WeakMap<Row, RarRow>();
  const rarRow = (row: Row): RarRow => {
    const { label, tokens, order } = row;
    const made = known.get(row) ?? {
      label,
      tokens,
      places: foldPlaces(tables, order),
      modulation: modulationOf(label),
    };
    known.set(row, made);
    return made;
  };
  return {
    grid,
    vocabulary,
    classes,
    capacity: 1 + cells,
    stepInputs: ({ decoded, count }, rows) => {
      if (count !== 1) throw new RangeError(`RAR decodes one cell a step, not ${count}`);
      const [from, positions] = decoded === 0 ? [0, 2] : [decoded + 1, 1];
      return rarStepInputs(from, positions, rows.map(rarRow), 1, tables);
    },
  };
}
