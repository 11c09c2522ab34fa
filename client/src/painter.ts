import { cellsDue, type DueCell, type Painted } from './cells-due.js';
import { fitCanvas } from './fit-canvas.js';
import type { PicturePreview, PictureState } from './generation-state.js';

/** Draws a picture on a canvas while it is decoded. */
export interface Painter {
  /** Takes the newest state; new cells appear one by one. */
  readonly paint: (picture: PictureState) => void;
  /** Detaches from the canvas; its content stays. */
  readonly dispose: () => void;
}

/** Cells that are due are spread over about this many frames: they appear one by one, but never lag far behind. */
const framesBehind = 6;

/**
 * Creates a painter for one picture. It matches the canvas's resolution to its size on screen, which CSS must determine
 * independently of the content.
 */
export function createPainter(canvas: HTMLCanvasElement): Painter {
  // The picture at its own resolution; the canvas scales it.
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
        // A mosaic's finished cells never change; the decoder redraws all cells, since each depends on its
        // surroundings.
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
  /** The cell's rectangle in a picture of this size. */
  const placeIn = (w: number, h: number) => [(column * w) / width, (row * h) / height, w / width, h / height] as const;
  const target = placeIn(context.canvas.width, context.canvas.height);
  if (as === 'preview' && preview) {
    context.clearRect(...target);
    context.drawImage(preview, ...placeIn(preview.naturalWidth, preview.naturalHeight), ...target);
    return;
  }
  // The golden angle keeps the hues of consecutive tokens apart.
  context.fillStyle = `hsl(${((tokens[cell] ?? 0) * 137.508) % 360} 20% 80%)`;
  context.fillRect(...target);
}

function addressOf(image: { readonly dataUri?: string; readonly url?: string } | undefined): string | undefined {
  return image?.dataUri ?? image?.url;
}

/** Loads one image at a time; of those requested in the meantime, only the last is loaded next. */
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
    // So that the page can read its canvas. The server allows all origins.
    if (!address.startsWith('data:')) image.crossOrigin = 'anonymous';
    const done = () => {
      isLoading = false;
      loadNext();
    };
    image.onload = () => {
      use(image);
      done();
    };
    // If loading fails, the next preview or the finished picture will replace it.
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
