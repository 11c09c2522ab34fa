import { smallCell } from '../../decoding/enlarging.js';
import { cellCount, type Grid } from '../../decoding/grid.js';
import type { Order } from '../../decoding/order.js';
import type { ServedModel } from '../../engine/served-model.js';
import { orderKinds } from '../enums.js';
import type { OrderInput, OrderKind } from '../generated/resolvers.js';
import type { Problems } from './problems.js';

/** The order if the input names none: a model that decodes one cell a step has learned raster order in any case. */
export function usualOrder({ capabilities }: Pick<ServedModel, 'capabilities'>): OrderKind {
  return capabilities.parallelSteps ? 'RANDOM' : 'RASTER';
}

const field = 'input.order.positions';

/**
 * Explicit positions come back without the known cells, which may be among them.
 *
 * @param small the grid of the small picture that an enlargement draws first
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
    problems.add(field, `to name every cell once; it has ${positions.length} of ${wanted} cells${which}.`);
  } else if (small) refuseMixed(positions, small, problems);
  return { kind: 'explicit', positions };
}

function refuseMixed(positions: readonly number[], small: Grid, problems: Problems): void {
  const first = positions.slice(0, cellCount(small));
  const between = first.find((cell) => smallCell(cell, small) === undefined);
  if (between === undefined) return;
  problems.add(
    field,
    `to begin with the ${first.length} cells of even row and column, which are the small picture, ` +
      `but ${between} is among the first ${first.length}.`,
  );
}
