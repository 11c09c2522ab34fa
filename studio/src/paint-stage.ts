import { isKnown, type Cells } from './frame.js';
import { heatColour } from './heat.js';
import type { ThemeColours } from './hooks.js';

export type View = 'picture' | 'confidence' | 'order';

export interface Scene {
  readonly cells: Cells;
  /** The playhead; fractional between two steps. */
  readonly at: number;
  readonly totalSteps: number;
  /** The image for the known cells, if one has loaded. */
  readonly picture: CanvasImageSource | undefined;
  /** The image itself shows what is unknown, since its grid differs from the cells'. */
  readonly isWhole: boolean;
  readonly view: View;
  /** Newly decoded cells light up and fade over the next steps. */
  readonly isGlowing: boolean;
}

/** Steps over which a newly decoded cell fades from the accent to the picture. */
const glowSteps = 4;

/** Paints a frame: the picture for known cells, tiles for unknown ones, and a glow on newly decoded ones. */
export function paintStage(context: CanvasRenderingContext2D, scene: Scene, colours: ThemeColours): void {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  if (scene.view === 'picture') paintPicture(context, scene, colours);
  if (!scene.isWhole) paintTiles(context, scene, colours);
  if (scene.view !== 'picture') paintHeat(context, scene);
  if (scene.isGlowing) paintGlow(context, scene, colours);
}

function paintPicture(context: CanvasRenderingContext2D, { picture }: Scene, { known }: ThemeColours): void {
  const { width, height } = context.canvas;
  if (picture) {
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, 0, 0, width, height);
    return;
  }
  // Without previews, show only that the cell is decoded.
  context.fillStyle = known;
  context.fillRect(0, 0, width, height);
}

/** Paints tiles over the picture, which is cheaper than painting the picture cell by cell. */
function paintTiles(context: CanvasRenderingContext2D, { cells, at }: Scene, { surface, tile }: ThemeColours): void {
  const ground = new Path2D();
  const tiles = new Path2D();
  eachCell(context, cells, (cell, { x, y, width, height }) => {
    if (isKnown(cells.decodedAt[cell] ?? 0, at)) return;
    const gap = width * 0.1;
    ground.rect(x, y, width, height);
    tiles.roundRect(x + gap, y + gap, width - 2 * gap, height - 2 * gap, width * 0.22);
  });
  context.fillStyle = surface;
  context.fill(ground);
  context.fillStyle = tile;
  context.fill(tiles);
}

function paintHeat(context: CanvasRenderingContext2D, { cells, at, view, totalSteps }: Scene): void {
  eachCell(context, cells, (cell, box) => {
    const decodedAt = cells.decodedAt[cell] ?? 0;
    if (!isKnown(decodedAt, at)) return;
    const value = view === 'confidence' ? (cells.probability[cell] ?? 0) : 1 - decodedAt / Math.max(1, totalSteps);
    context.fillStyle = heatColour(value);
    const gap = box.width * 0.04;
    context.beginPath();
    context.roundRect(box.x + gap, box.y + gap, box.width - 2 * gap, box.height - 2 * gap, box.width * 0.15);
    context.fill();
  });
}

function paintGlow(context: CanvasRenderingContext2D, { cells, at }: Scene, { glow }: ThemeColours): void {
  context.fillStyle = glow;
  eachCell(context, cells, (cell, box) => {
    const decodedAt = cells.decodedAt[cell] ?? 0;
    const age = at - decodedAt;
    if (decodedAt === 0 || !isKnown(decodedAt, at) || age >= glowSteps) return;
    context.globalAlpha = 0.85 * (1 - age / glowSteps);
    context.beginPath();
    context.roundRect(box.x, box.y, box.width, box.height, box.width * 0.15);
    context.fill();
  });
  context.globalAlpha = 1;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function eachCell(context: CanvasRenderingContext2D, cells: Cells, visit: (cell: number, box: Box) => void): void {
  const width = context.canvas.width / cells.width;
  const height = context.canvas.height / cells.height;
  for (let cell = 0; cell < cells.width * cells.height; cell++) {
    const [column, row] = [cell % cells.width, Math.floor(cell / cells.width)];
    visit(cell, { x: column * width, y: row * height, width, height });
  }
}
