import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { move, resize, type Placement } from '../placement.js';
import type { Grid } from '../playback.js';
import { NumberField } from './field.js';

interface FrameEditorProps {
  readonly picture: string;
  readonly placement: Placement;
  /** Takes an update function, since a key press can follow a pointer move before the page has rendered. */
  readonly onChange: (change: (placement: Placement) => Placement) => void;
  readonly grid: Grid;
}

interface Drag {
  readonly kind: 'move' | 'resize';
  readonly x: number;
  readonly y: number;
  readonly from: Placement;
}

/** Places the picture: drag its frame, or move it with the arrow keys; its surroundings are drawn. */
export function FrameEditor({ picture, placement, onChange, grid }: FrameEditorProps) {
  const stage = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag>(undefined);
  const percent = (cells: number, of: number) => `${(100 * cells) / of}%`;

  const begin = (kind: Drag['kind']) => (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { kind, x: event.clientX, y: event.clientY, from: placement };
  };
  const follow = (event: PointerEvent<HTMLElement>) => {
    const box = stage.current?.getBoundingClientRect();
    if (!drag.current || !box) return;
    event.stopPropagation();
    const { kind, x, y, from } = drag.current;
    const dx = Math.round(((event.clientX - x) / box.width) * grid.width);
    const dy = Math.round(((event.clientY - y) / box.height) * grid.height);
    onChange(() => (kind === 'move' ? move(from, dx, dy, grid) : resize(from, dx, dy, grid)));
  };
  const end = () => {
    drag.current = undefined;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    const [dx = 0, dy = 0] = by;
    const change = event.shiftKey ? resize : move;
    onChange((now) => change(now, dx, dy, grid));
  };
  const number = (key: keyof Placement, label: string) => (
    <NumberField
      label={label}
      value={String(placement[key])}
      min={key === 'x' || key === 'y' ? 0 : 1}
      max={key === 'x' || key === 'width' ? grid.width : grid.height}
      onChange={(text) => {
        const change = key === 'x' || key === 'y' ? move : resize;
        onChange((now) => {
          const by = Number(text) - now[key];
          return key === 'x' || key === 'width' ? change(now, by, 0, grid) : change(now, 0, by, grid);
        });
      }}
    />
  );

  return (
    <div className="editor">
      <div
        className="stage tiled"
        ref={stage}
        style={{
          aspectRatio: grid.width / grid.height,
          backgroundSize: `${percent(1, grid.width)} ${percent(1, grid.height)}`,
        }}
      >
        <div
          className="frame"
          tabIndex={0}
          role="application"
          aria-label={`Picture position: column ${placement.x}, row ${placement.y}, ${placement.width} by ${placement.height} cells. Use the arrow keys to move it, with Shift to resize it.`}
          style={{
            left: percent(placement.x, grid.width),
            top: percent(placement.y, grid.height),
            width: percent(placement.width, grid.width),
            height: percent(placement.height, grid.height),
          }}
          onKeyDown={onKeyDown}
          onPointerDown={begin('move')}
          onPointerMove={follow}
          onPointerUp={end}
        >
          <img src={picture} alt="" draggable={false} />
          <span className="handle" onPointerDown={begin('resize')} onPointerMove={follow} onPointerUp={end} />
        </div>
      </div>
      <p className="hint">Drag the picture to place it; drag its corner to resize it.</p>
      <div className="row">
        {number('x', 'Column')}
        {number('y', 'Row')}
        {number('width', 'Width in cells')}
        {number('height', 'Height in cells')}
      </div>
    </div>
  );
}
