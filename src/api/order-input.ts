import { smallCell } from '../decoding/enlarging.js';
import { cellCount, type Grid } from '../decoding/grid.js';
import type { ServedModel } from '../engine/served-model.js';
import type { Order } from '../decoding/order.js';
import { orderKinds } from './enums.js';
import type { OrderInput, OrderKind } from './generated/resolvers.js';
import type { Problems } from './problems.js';

/** What an order is of. */
export interface Ordered {
  /** Of the finished picture. */
  readonly grid: Grid;
  readonly isKnown: (cell: number) => boolean;
  /** The grid of the small picture that is drawn first, where one is. */
  readonly small?: Grid | undefined;
  /** Where the input names none. */
  readonly usual: OrderKind;
}

/** Where the input names none: a model that decodes one cell a step has learned raster order in any case. */
export function usualOrder({ capabilities }: Pick<ServedModel, 'capabilities'>): OrderKind {
  return capabilities.parallelSteps ? 'RANDOM' : 'RASTER';
}

const field = 'input.order.positions';

/** Explicit positions come back without the known cells, which may be among them. */
export function parseOrder(input: OrderInput | null | undefined, ordered: Ordered, problems: Problems): Order {
  const { kind, positions } = input ?? {};
  if (!positions) return { kind: orderKinds[kind ?? ordered.usual] };
  const { grid, isKnown, small } = ordered;
  const cells = cellCount(grid);
  const open = positions.filter((cell) => !isKnown(cell));
  const wanted = Array.from({ length: cells }, (_, cell) => cell).filter((cell) => !isKnown(cell)).length;
  const what = `a permutation of 0 to ${cells - 1}`;
  const wrong = positions.find((cell) => cell < 0 || cell >= cells);
  const seen = new Set<number>();
  const twice = positions.find((cell) => seen.size === seen.add(cell).size);
  if (wrong !== undefined) problems.add(field, `Expected \`${field}\` to be ${what}, but ${wrong} is in it.`);
  else if (twice !== undefined) {
    problems.add(field, `Expected \`${field}\` to be ${what}, but ${twice} is in it twice.`);
  } else if (open.length !== wanted) {
    const known = wanted === cells ? '' : ' that are not known';
    problems.add(field, `Expected \`${field}\` to be ${what}, but it has ${open.length} of ${wanted} cells${known}.`);
  } else if (small) refuseMixed(open, small, problems);
  return { kind: 'explicit', positions: open };
}

function refuseMixed(positions: readonly number[], small: Grid, problems: Problems): void {
  const first = positions.slice(0, cellCount(small));
  const between = first.find((cell) => smallCell(cell, small) === undefined);
  if (between === undefined) return;
  problems.add(
    field,
    `Expected \`${field}\` to begin with the ${first.length} cells of even row and column, which are the small picture, ` +
      `but ${between} is among the first ${first.length}.`,
  );
}
