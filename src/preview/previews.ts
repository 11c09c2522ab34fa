import type { Generation } from '../generation/generation.js';
import type { Picture, PictureMode } from '../generation/picture.js';

/** Follows a generation and appends the previews it requested to its log. */
export async function addPreviews(generation: Generation, decoded: DecodedPreviews): Promise<void> {
  const { preview } = generation.request;
  if (preview.mode === 'none') return;
  for await (const event of generation.log.follow()) {
    if (event.type !== 'step' || event.step % preview.every !== 0 || generation.isFinished) continue;
    if (preview.mode === 'mosaic') show(generation, event.step, 'mosaic');
    else decoded.offer(generation, event.step);
  }
}

/** A mosaic is rendered when requested; until then the log holds only its tokens. */
function show(generation: Generation, step: number, mode: PictureMode): void {
  for (let index = 0; index < generation.request.count; index++) {
    generation.apply({ type: 'preview', step, index, mode, picture: generation.picture(index, mode) });
  }
}

/**
 * Renders decoded previews, one at a time, beside the decoding steps. A pause after each keeps rendering within its
 * share of the time. A newer offer of the same generation replaces one that is still waiting, so a slow machine skips
 * previews.
 */
export class DecodedPreviews {
  readonly #newest = new Map<Generation, Offer>();
  #isRendering = false;

  /**
   * @param render Renders the pixels into the cache, so that requests do not wait for them.
   * @param share The share of time to spend on rendering, above 0 to 1.
   */
  constructor(
    readonly render: (picture: Picture) => Promise<unknown>,
    readonly share: number,
    readonly onError: (error: unknown) => void,
  ) {}

  offer(generation: Generation, step: number): void {
    const pictures = Array.from({ length: generation.request.count }, (_, i) => generation.picture(i, 'decoded'));
    this.#newest.set(generation, { step, pictures });
    if (!this.#isRendering) void this.#renderAll();
  }

  async #renderAll(): Promise<void> {
    this.#isRendering = true;
    for (const [generation, offer] of this.#newest) {
      this.#newest.delete(generation);
      const began = performance.now();
      try {
        await this.#renderOne(generation, offer);
      } catch (error) {
        // A finished generation does not need its preview, and its worker may be gone because the server is shutting
        // down.
        if (!generation.isFinished) this.onError(error);
      }
      const busyMs = performance.now() - began;
      if (this.share < 1) await pause(busyMs / this.share - busyMs);
    }
    this.#isRendering = false;
  }

  async #renderOne(generation: Generation, { step, pictures }: Offer): Promise<void> {
    const isLate = () => generation.isFinished;
    for (const [index, picture] of pictures.entries()) {
      if (isLate()) return;
      await this.render(picture);
      if (isLate()) return;
      generation.apply({ type: 'preview', step, index, mode: 'decoded', picture });
    }
  }
}

/** Does not keep the process alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref());
}

interface Offer {
  readonly step: number;
  readonly pictures: readonly Picture[];
}
