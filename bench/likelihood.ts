import type { Sequence } from '../src/decoding/sequence.js';
import { randarInputs, type Position } from '../src/family/randar/sequence-layout.js';
import type { RandarTransformer } from '../src/family/randar/transformer.js';

/** A picture as a sequence with another label, or in another order. The order may cover only some of the cells. */
export function rowOf(picture: Int32Array, order: Int32Array, label: number): Sequence {
  return { label, order, tokens: order.map((cell) => picture[cell] ?? 0) };
}

/**
 * -log p(token) in nats for each sequence's tokens in its order, according to the model: one teacher-forced pass over
 * [class, Q(p0), T(p0), Q(p1) ...] at temperature 1 without guidance. All sequences must have the same length.
 */
export async function surprises(
  { embeddings, session, shape }: RandarTransformer,
  rows: readonly Sequence[],
): Promise<number[][]> {
  const cells = rows[0]?.order.length ?? 0;
  const positions: Position[] = [{ kind: 'class' }, { kind: 'query', at: 0 }];
  for (let at = 1; at < cells; at++) positions.push({ kind: 'token', at: at - 1 }, { kind: 'query', at });
  const inputs = randarInputs(positions, rows, positions.length - 1, embeddings);
  const logits = await session.runAlone(inputs, session.createCache(rows.length, inputs.kept));
  return rows.map(({ tokens }, row) =>
    Array.from(tokens, (token, at) => {
      // Logits alternate between queries and tokens; those of tokens are meaningless.
      const start = (2 * at * rows.length + row) * shape.vocabulary;
      return surprise(logits.subarray(start, start + shape.vocabulary), token);
    }),
  );
}

/** -log softmax(logits)[token] */
function surprise(logits: Float32Array, token: number): number {
  let highest = -Infinity;
  for (const x of logits) highest = Math.max(highest, x);
  let sum = 0;
  for (const x of logits) sum += Math.exp(x - highest);
  return highest + Math.log(sum) - (logits[token] ?? 0);
}
