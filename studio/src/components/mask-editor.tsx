import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useThemeColours, type ThemeColours } from '../hooks.js';
import { emptyMask, invert, paintLine, toggleCell, touchedCells, type Mask, type Point } from '../mask.js';
import type { Grid } from '../playback.js';
import { Segments } from './segments.js';

interface MaskEditorProps {
  /** URL of the picture under the mask. */
  readonly picture: string;
  readonly mask: Mask;
  /** Takes an update function, since the pointer can move again before the page has rendered. */
  readonly onChange: (change: (mask: Mask) => Mask) => void;
  /** Every cell that the mask touches is redrawn. */
  readonly grid: Grid;
  readonly theme: string;
}

const canvasSide = 768;

/** Paints the area to redraw: with a brush, or cell by cell with the arrow keys and the space bar. */
export function MaskEditor({ picture, mask, onChange, grid, theme }: MaskEditorProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<Point>(undefined);
  const [brush, setBrush] = useState(2);
  const [tool, setTool] = useState<'paint' | 'erase'>('paint');
  const [cursor, setCursor] = useState<number>();
  const [said, setSaid] = useState('');
  const colours = useThemeColours(canvas, theme);
  const cells = touchedCells(mask, grid.width, grid.height);

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) paintMask(context, { mask, grid, cells, cursor, colours });
  });

  const cellWidth = mask.width / grid.width;
  const pointAt = (event: PointerEvent<HTMLCanvasElement>): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * mask.width,
      y: ((event.clientY - box.top) / box.height) * mask.height,
    };
  };
  const paintTo = (event: PointerEvent<HTMLCanvasElement>) => {
    const point = pointAt(event);
    const from = last.current ?? point;
    const isPainting = tool === 'paint' && !event.ctrlKey;
    onChange((now) => paintLine(now, from, point, (brush * cellWidth) / 2, isPainting));
    last.current = point;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const at = cursor ?? Math.floor(grid.height / 2) * grid.width + Math.floor(grid.width / 2);
    if (by) {
      event.preventDefault();
      const column = Math.min(Math.max((at % grid.width) + (by[0] ?? 0), 0), grid.width - 1);
      const row = Math.min(Math.max(Math.floor(at / grid.width) + (by[1] ?? 0), 0), grid.height - 1);
      const next = row * grid.width + column;
      setCursor(next);
      setSaid(inWords(next, cells.includes(next)));
    } else if (event.key === ' ') {
      event.preventDefault();
      const changed = toggleCell(mask, grid.width, grid.height, at);
      setCursor(at);
      setSaid(inWords(at, touchedCells(changed, grid.width, grid.height).includes(at)));
      onChange((now) => toggleCell(now, grid.width, grid.height, at));
    }
  };
  const inWords = (cell: number, isPainted: boolean) =>
    `Row ${Math.floor(cell / grid.width) + 1}, column ${(cell % grid.width) + 1}, ${isPainted ? 'redraw' : 'keep'}`;

  return (
    <div className="editor">
      <div className="stage">
        <img src={picture} alt="" />
        <canvas
          ref={canvas}
          width={canvasSide}
          height={Math.round((canvasSide * grid.height) / grid.width)}
          tabIndex={0}
          role="application"
          aria-label={`Mask: ${cells.length} of ${grid.width * grid.height} cells will be redrawn. Use the arrow keys to move and the space bar to toggle a cell.`}
          onKeyDown={onKeyDown}
          onBlur={() => setCursor(undefined)}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            last.current = undefined;
            setCursor(undefined);
            paintTo(event);
          }}
          onPointerMove={(event) => {
            if (event.buttons === 1) paintTo(event);
          }}
        />
      </div>
      <p className="unseen" role="status">
        {said}
      </p>
      <p className="hint">
        Paint over the area to redraw: {cells.length} of {grid.width * grid.height} cells. On the keyboard, use the
        arrow keys and the space bar.
      </p>
      <div className="heading">
        <Segments
          legend="Tool"
          value={tool}
          onChange={setTool}
          options={[
            { value: 'paint', name: 'Paint' },
            { value: 'erase', name: 'Erase' },
          ]}
        />
        <label className="slider">
          Brush
          <input
            type="range"
            min={1}
            max={6}
            value={brush}
            onChange={(event) => setBrush(Number(event.target.value))}
          />
        </label>
        <button type="button" className="quiet" onClick={() => onChange(invert)}>
          Invert
        </button>
        <button type="button" className="quiet" onClick={() => onChange(() => emptyMask(mask.width, mask.height))}>
          Clear
        </button>
      </div>
    </div>
  );
}

interface PaintedMask {
  readonly mask: Mask;
  readonly grid: Grid;
  readonly cells: readonly number[];
  readonly cursor: number | undefined;
  readonly colours: ThemeColours;
}

/** Paints cells to redraw as unknown, the brush strokes over them, and a frame around the keyboard's cell. */
function paintMask(context: CanvasRenderingContext2D, { mask, grid, cells, cursor, colours }: PaintedMask): void {
  const { width, height } = context.canvas;
  const [cellWidth, cellHeight] = [width / grid.width, height / grid.height];
  const place = (cell: number) =>
    [(cell % grid.width) * cellWidth, Math.floor(cell / grid.width) * cellHeight] as const;
  context.clearRect(0, 0, width, height);
  context.fillStyle = colours.surface;
  context.globalAlpha = 0.8;
  for (const cell of cells) context.fillRect(...place(cell), cellWidth, cellHeight);
  context.fillStyle = colours.tile;
  context.globalAlpha = 1;
  context.beginPath();
  const gap = cellWidth * 0.1;
  for (const cell of cells) {
    const [x, y] = place(cell);
    context.roundRect(x + gap, y + gap, cellWidth - 2 * gap, cellHeight - 2 * gap, cellWidth * 0.22);
  }
  context.fill();
  if (mask.width > grid.width) {
    context.fillStyle = colours.glow;
    context.globalAlpha = 0.6;
    const [x, y] = [width / mask.width, height / mask.height];
    mask.painted.forEach((value, at) => {
      if (value === 1) context.fillRect((at % mask.width) * x, Math.floor(at / mask.width) * y, x, y);
    });
    context.globalAlpha = 1;
  }
  if (cursor === undefined) return;
  for (const [line, style] of [
    [8, '#000'],
    [4, '#fff'],
  ] as const) {
    context.lineWidth = line;
    context.strokeStyle = style;
    context.strokeRect(...place(cursor), cellWidth, cellHeight);
  }
}
