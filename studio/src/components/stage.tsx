import { useEffect, useMemo, useRef } from 'react';
import { cellsOf, describeFrame, notYet, shownAt, type Cells } from '../frame.js';
import { usePicture, useReducedMotion, useThemeColours } from '../hooks.js';
import { paintStage, type View } from '../paint-stage.js';
import type { Grid, Playback } from '../playback.js';

interface StageProps {
  readonly playback: Playback;
  /** Which of its pictures. */
  readonly index: number;
  /** The playhead. */
  readonly at: number;
  readonly view: View;
  readonly theme: string;
}

const emptyGrid: Grid = { width: 16, height: 16 };
/** Canvas pixels per side: sharp at high densities, and a multiple of common grids, so that cells end on pixels. */
const canvasSide = devicePixelRatio > 1 ? 1280 : 640;

/** One picture's grid at a step. */
export function Stage({ playback, index, at, view, theme }: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isStill = useReducedMotion();
  const colours = useThemeColours(canvas, theme);
  const { totalSteps } = playback;
  const cells = useMemo(() => cellsOf(playback, index) ?? nothing(playback.facts?.model), [playback, index]);
  const shown = usePicture(shownAt(playback, index, at));
  const picture = shown?.image;
  const isWhole = shown?.wanted.kind === 'small';
  const isGlowing = !isStill && !(playback.status === 'COMPLETED' && at >= totalSteps);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) paintStage(context, { cells, at, totalSteps, picture, isWhole, view, isGlowing }, colours);
  }, [cells, at, totalSteps, picture, isWhole, view, isGlowing, colours]);

  return (
    <div className="stage">
      <canvas
        ref={canvas}
        width={canvasSide}
        height={Math.round((canvasSide * cells.height) / cells.width)}
        role="img"
        aria-label={describeFrame(cells, at)}
      />
    </div>
  );
}

function nothing(model: { readonly gridWidth: number; readonly gridHeight: number } | undefined): Cells {
  const { width, height } = model ? { width: model.gridWidth, height: model.gridHeight } : emptyGrid;
  return {
    width,
    height,
    decodedAt: new Int32Array(width * height).fill(notYet),
    probability: new Float32Array(width * height),
  };
}
