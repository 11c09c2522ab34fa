import { unknownTokens } from '../../decoding/known.js';
import type { GenerationEvent } from '../../generation/event.js';
import type { Resolvers } from '../generated/resolvers.js';
import { generatedImages, tokenGrid } from './generation.js';

const typeNames = {
  queued: 'GenerationQueued',
  started: 'GenerationStarted',
  step: 'StepDecoded',
  preview: 'PreviewRendered',
  completed: 'GenerationCompleted',
  failed: 'GenerationFailed',
  cancelled: 'GenerationCancelled',
} as const satisfies Record<GenerationEvent['type'], string>;

const common = {
  sequence: ({ event }: { event: Pick<GenerationEvent, 'sequence'> }) => event.sequence,
  elapsedMs: ({ event }: { event: Pick<GenerationEvent, 'elapsedMs'> }) => event.elapsedMs,
};

/** One resolver map per event type. The engine's union is discriminated by `type`, the schema's by `__typename`. */
export const events: Pick<Resolvers, 'GenerationEvent' | 'StepTokens' | (typeof typeNames)[keyof typeof typeNames]> = {
  GenerationEvent: { __resolveType: ({ event }) => typeNames[event.type] },
  GenerationQueued: { ...common, position: ({ event }) => event.position },
  GenerationStarted: {
    ...common,
    totalSteps: ({ generation }) => generation.totalSteps,
    known: ({ generation }) => {
      const { known = unknownTokens(generation.request) } = generation.request;
      return generation.tokens.map(() => tokenGrid(generation, known));
    },
  },
  StepDecoded: {
    ...common,
    step: ({ event }) => event.step,
    totalSteps: ({ generation }) => generation.totalSteps,
    images: ({ event }) => event.images.map((tokens, index) => ({ index, tokens })),
  },
  StepTokens: {
    positions: ({ tokens }) => Array.from(tokens.positions),
    tokens: ({ tokens }) => Array.from(tokens.tokens),
    probabilities: ({ tokens }) => Array.from(tokens.probabilities),
    decoded: ({ tokens }) => tokens.decoded,
  },
  PreviewRendered: {
    ...common,
    step: ({ event }) => event.step,
    index: ({ event }) => event.index,
    mode: ({ event }) => (event.mode === 'mosaic' ? 'MOSAIC' : 'DECODED'),
    image: ({ event }) => event.picture,
  },
  GenerationCompleted: { ...common, images: ({ generation }) => generatedImages(generation) },
  GenerationFailed: { ...common, error: ({ event }) => event.error },
  GenerationCancelled: common,
};
