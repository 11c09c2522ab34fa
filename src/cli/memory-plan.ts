import type { ServedModel } from '../engine/served-model.js';
import { printBytes } from './progress.js';

/** What a served model takes in memory, and how much it can draw at once with it. */
export function memoryPlan({ id, transformer, scheduler }: ServedModel): string {
  const { precision, weightBytes, kvRowBytes } = transformer;
  const kvRows = transformer.kvRows * scheduler.threads;
  const guided = Math.floor(transformer.kvRows / 2) * scheduler.threads;
  return (
    `${id}: ${printBytes(weightBytes)} of ${precision} weights; up to ${printBytes(kvRows * kvRowBytes)} of KV cache, ` +
    `${kvRows} sequences of ${printBytes(kvRowBytes)}, enough for ${guided} pictures with guidance; ` +
    `decodes up to ${scheduler.options.maxConcurrent} generations at once in ${scheduler.threads} ${scheduler.threads === 1 ? 'thread' : 'threads'}`
  );
}
