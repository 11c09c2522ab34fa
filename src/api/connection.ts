import { Problems } from './input/problems.js';
import { wholeNumber } from './input/shapes.js';

/** A page of a list (Relay's connection). */
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
 * The nodes after the cursor `after`. If that node has since been dropped, the cursor is an error: starting over would
 * show nodes twice.
 *
 * @param key Returns the key that identifies a node in its cursor.
 * @throws BadInputError if the page size is out of range or the cursor is unknown.
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
