import { Problems } from './input/problems.js';
import { wholeNumber } from './input/shapes.js';

/** A page of a list, in Relay's terms. */
export interface Connection<Node> {
  readonly edges: { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number;
}

export interface PageRequest {
  readonly first: number;
  readonly after?: string | null | undefined;
  readonly maxFirst: number;
}

/**
 * The nodes behind the one whose key is in the cursor `after`. A node that has gone since leaves its cursor without a
 * place, which is bad input: going on from the start would show nodes twice.
 *
 * @param key names a node among the others
 * @throws BadInputError for a page size out of range or an unknown cursor
 */
export function connect<Node>(
  nodes: readonly Node[],
  key: (node: Node) => string,
  page: PageRequest,
): Connection<Node> {
  const problems = new Problems();
  problems.check('first', wholeNumber(0, page.maxFirst), page.first);
  const cursorOf = (node: Node) => Buffer.from(key(node)).toString('base64url');
  const { after } = page;
  const place = after === null || after === undefined ? -1 : nodes.findIndex((node) => cursorOf(node) === after);
  if (place < 0 && typeof after === 'string') {
    problems.expected('after', 'the cursor of an edge of this connection that is still there', after);
  }
  problems.throwIfAny();

  const start = place + 1;
  const edges = nodes.slice(start, start + page.first).map((node) => ({ cursor: cursorOf(node), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: start + edges.length < nodes.length,
      hasPreviousPage: start > 0,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: nodes.length,
  };
}
