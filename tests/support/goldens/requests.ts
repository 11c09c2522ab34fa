import type { DecodingRequest } from '../../../src/decoding/decoding.js';
import type { Sampling } from '../../../src/decoding/sampler.js';
import type { GenerationRequest } from '../../../src/generation/request.js';
import type { TransformerGolden } from './load.js';

/** The request of one of the reference's cases. */
export function referenceRequest(
  { order, classes, tokens_per_step, cfg_scales: [start, end] }: TransformerGolden['cases'][number],
  sampling: Sampling,
): DecodingRequest {
  return {
    pictures: order.map((positions, picture) => ({
      label: classes[picture] ?? 0,
      seed: picture,
      order: { kind: 'explicit', positions },
    })),
    tokensPerStep: tokens_per_step,
    guidance: { start, end, curve: 'linear', power: 1 },
    sampling,
  };
}

/** A picture of the model square4, one cell per step, with the given changes. */
export function square4Request(more: Partial<GenerationRequest> = {}): GenerationRequest {
  return {
    model: 'square4',
    label: 1,
    seed: 1,
    count: 1,
    width: 4,
    height: 4,
    tokensPerStep: new Array<number>(16).fill(1),
    order: { kind: 'random' },
    guidance: { start: 1, end: 4, curve: 'linear', power: 1 },
    sampling: { temperature: 1, topK: 0, topP: 1 },
    preview: { mode: 'none' },
    ...more,
  };
}
