import { Decoding, type PictureRequest } from '../decoding/decoding.js';
import { cellCount } from '../decoding/grid.js';
import { tokensPerStep } from '../decoding/schedule.js';
import type { Capabilities, GenerationDefaults } from '../family/model-family.js';
import type { Transformer } from '../family/transformer.js';

/** A picture and its logits. */
export interface Drawn {
  readonly order: Int32Array;
  /** In decoding order. */
  readonly tokens: Int32Array;
  /**
   * Logits of the conditional sequence at the first cell of each step, by index into the order. Only these are
   * comparable with one pass over the whole sequence, in which the other cells of a step would see each other's tokens.
   */
  readonly logits: ReadonlyMap<number, Float32Array>;
  readonly ms: number;
  readonly steps: number;
}

/**
 * Draws one picture with the model's defaults, to evaluate the model.
 *
 * @param onStep Called after each step.
 */
export async function drawPicture(
  transformer: Transformer,
  { parallelSteps, anyOrder }: Capabilities,
  { steps, guidance, ...sampling }: GenerationDefaults,
  label: number,
  onStep: () => void = () => undefined,
): Promise<Drawn> {
  const { session } = transformer;
  const pictures: PictureRequest[] = [{ label, seed: 0, order: { kind: anyOrder ? 'random' : 'raster' } }];
  const layout = await transformer.layout({ pictures, guidance });
  const cells = cellCount(layout.grid);
  const decoding = new Decoding(layout, {
    pictures,
    tokensPerStep: tokensPerStep(parallelSteps ? { kind: 'cosine', steps } : { kind: 'one-by-one' }, cells),
    guidance,
    sampling,
  });
  const cache = session.createCache(decoding.sequences, decoding.capacity);
  const order = new Int32Array(cells);
  const tokens = new Int32Array(cells);
  const logits = new Map<number, Float32Array>();
  let decoded = 0;
  let ms = 0;
  while (!decoding.isDone) {
    const began = performance.now();
    const step = await session.runAlone(decoding.next(), cache);
    // Copy: sampling overwrites the logits.
    logits.set(decoded, step.slice(0, layout.vocabulary));
    const [picture] = decoding.apply(step);
    ms += performance.now() - began;
    if (!picture) throw new RangeError('a step decoded no picture');
    order.set(picture.positions, decoded);
    tokens.set(picture.tokens, decoded);
    decoded += picture.positions.length;
    onStep();
  }
  return { order, tokens, logits, ms, steps: decoding.stepsDone };
}
