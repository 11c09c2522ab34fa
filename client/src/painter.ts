import { cellsDue, type DueCell, type Painted } from './cells-due.js';
import { fitCanvas } from './fit-canvas.js';
import type { PicturePreview, PictureState } from './generation-state.js';

/** Draws one picture on a canvas while it is decoded. */
export interface Painter {
  /** Takes the picture's newest state; what is new in it appears cell by cell. */
  readonly paint: (picture: PictureState) => void;
  /** Lets go of the canvas, which keeps what is on it. */
  readonly dispose: () => void;
}

/** What waits is spread over about so many frames: a step's cells appear one after the other, and none lags behind. */
const framesBehind = 6;

/**
 * A painter of one picture; the next picture takes another one. The canvas has as many pixels as its place on the screen:
 * its size is CSS's alone, and must not follow from its content.
 */
export function createPainter(canvas: HTMLCanvasElement): Painter {
  // The picture in its own pixels, which the canvas shows at its size.
  const picture = document.createElement('canvas');
  const painted = new Map<number, Painted>();
  const previews = newestImage();
  const finals = newestImage();
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  let state: PictureState | undefined;
  let preview: { readonly step: number; readonly image: HTMLImageElement } | undefined;
  let final: HTMLImageElement | undefined;
  let frame = 0;
  let isDisposed = false;

  const show = () => {
    const context = canvas.getContext('2d');
    if (!context || !state) return;
    context.imageSmoothingQuality = 'high';
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  };
  canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
  const release = fitCanvas(canvas, show);

  function drawFrame(): void {
    frame = 0;
    const context = picture.getContext('2d');
    if (!state || !context) return;
    const due = cellsDue(state, painted, preview?.step ?? -1);
    const count = isCalm ? due.length : Math.ceil(due.length / framesBehind);
    for (const each of due.slice(0, count)) {
      drawCell(context, state, each, preview?.image);
      painted.set(each.cell, each.as);
    }
    if (due.length === count && final) {
      context.drawImage(final, 0, 0, picture.width, picture.height);
    }
    show();
    if (due.length > count) schedule();
  }

  function schedule(): void {
    if (!isDisposed && frame === 0) frame = requestAnimationFrame(drawFrame);
  }

  return {
    paint: (next) => {
      if (!state) Object.assign(picture, { width: next.imageWidth, height: next.imageHeight });
      state = next;
      const { preview: shown, finished } = next;
      previews.load(addressOf(shown?.image), (image) => {
        if (!shown) return;
        preview = { step: shown.step, image };
        // A mosaic's cells stay as they are; the decoder draws every cell anew with what is around it.
        if (shown.mode === 'DECODED') repaint(shown);
        schedule();
      });
      finals.load(addressOf(finished?.image), (image) => {
        final = image;
        schedule();
      });
      schedule();
    },
    dispose: () => {
      isDisposed = true;
      cancelAnimationFrame(frame);
      release();
    },
  };

  function repaint({ step }: PicturePreview): void {
    const context = picture.getContext('2d');
    if (!state || !context || !preview) return;
    for (const cells of state.cellsByStep.slice(0, step + 1)) {
      for (const cell of cells) {
        if (painted.get(cell) === 'preview') drawCell(context, state, { cell, as: 'preview' }, preview.image);
      }
    }
  }
}

function drawCell(
  context: CanvasRenderingContext2D,
  { width, height, tokens }: PictureState,
  { cell, as }: DueCell,
  preview: HTMLImageElement | undefined,
): void {
  const [column, row] = [cell % width, Math.floor(cell / width)];
  /** The cell's place in something of this size. */
  const placeIn = (w: number, h: number) => [(column * w) / width, (row * h) / height, w / width, h / height] as const;
  const target = placeIn(context.canvas.width, context.canvas.height);
  if (as === 'preview' && preview) {
    context.clearRect(...target);
    context.drawImage(preview, ...placeIn(preview.naturalWidth, preview.naturalHeight), ...target);
    return;
  }
  // The golden angle keeps the hues of neighbouring tokens apart.
  context.fillStyle = `hsl(${((tokens[cell] ?? 0) * 137.508) % 360} 20% 80%)`;
  context.fillRect(...target);
}

function addressOf(image: { readonly dataUri?: string; readonly url?: string } | undefined): string | undefined {
  return image?.dataUri ?? image?.url;
}

/** Loads one image at a time; of those that are asked for meanwhile, the last one is next. */
function newestImage() {
  let wanted: { readonly address: string; readonly use: (image: HTMLImageElement) => void } | undefined;
  let last: string | undefined;
  let isLoading = false;

  const loadNext = () => {
    if (!wanted || isLoading) return;
    const { address, use } = wanted;
    wanted = undefined;
    isLoading = true;
    const image = new Image();
    // So that a page may read its canvas: the server lets every origin have its pictures.
    if (!address.startsWith('data:')) image.crossOrigin = 'anonymous';
    const done = () => {
      isLoading = false;
      loadNext();
    };
    image.onload = () => {
      use(image);
      done();
    };
    // The next preview, or the finished picture, takes the place of one that cannot be had.
    image.onerror = done;
    image.src = address;
  };

  return {
    load: (address: string | undefined, use: (image: HTMLImageElement) => void): void => {
      if (address === undefined || address === last) return;
      last = address;
      wanted = { address, use };
      loadNext();
    },
  };
}
