import { smallCell } from '../../decoding/enlarging.js';
import { cellCount, type Grid } from '../../decoding/grid.js';
import type { Order } from '../../decoding/order.js';
import type { ServedModel } from '../../engine/served-model.js';
import { orderKinds } from '../enums.js';
import type { OrderInput, OrderKind } from '../generated/resolvers.js';
import type { Problems } from './problems.js';

/** The default order. A model that decodes one cell at a time may have been trained on raster order only. */
export function usualOrder({ capabilities }: Pick<ServedModel, 'capabilities'>): OrderKind {
  return capabilities.parallelSteps ? 'RANDOM' : 'RASTER';
}

const field = 'input.order.positions';

/**
 * Parses an order. Explicit positions may include known cells; they are removed.
 *
 * @param small The grid of the small picture if this is an enlargement.
 */
export function parseOrder(
  input: OrderInput | null | undefined,
  model: ServedModel,
  { grid, known, small }: { grid: Grid; known: ReadonlySet<number>; small: Grid | undefined },
  problems: Problems,
): Order {
  if (!input?.positions) return { kind: orderKinds[input?.kind ?? usualOrder(model)] };
  const positions = input.positions.filter((cell) => !known.has(cell));
  const wanted = cellCount(grid) - known.size;
  if (positions.length !== wanted) {
    const which = known.size === 0 ? '' : ' that are not known';
    problems.add(field, `to contain every cell once; it has ${positions.length} of ${wanted} cells${which}.`);
  } else if (small) refuseMixed(positions, small, problems);
  return { kind: 'explicit', positions };
}

function refuseMixed(positions: readonly number[], small: Grid, problems: Problems): void {
  const first = positions.slice(0, cellCount(small));
  const between = first.find((cell) => smallCell(cell, small) === undefined);
  if (between === undefined) return;
  problems.add(
    field,
    `to begin with the ${first.length} cells of even row and column, which form the small picture, ` +
      `but ${between} is among the first ${first.length}.`,
  );
}
