import type { PointerEvent } from 'react';
import { timelineOf } from '../frame.js';
import type { Show } from '../hooks.js';
import { paces } from '../playhead.js';
import type { Playback } from '../playback.js';

interface TimelineProps {
  readonly playback: Playback;
  readonly index: number;
  readonly show: Show;
  /** The larger number of steps if two generations are compared. */
  readonly totalSteps: number;
}

/** A bar per step: its height shows the number of tokens, its opacity the confidence. The playhead is on top. */
export function Timeline({ playback, index, show, totalSteps }: TimelineProps) {
  const steps = timelineOf(playback, index);
  const most = Math.max(1, ...steps.map(({ tokens }) => tokens));
  const step = Math.floor(show.at);
  const current = steps[step - 1];
  const at = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.round(((event.clientX - left) / width) * totalSteps);
  };
  return (
    <div className="timeline">
      <svg
        viewBox={`0 0 ${Math.max(1, totalSteps)} 100`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          show.seek(at(event));
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) show.seek(at(event));
        }}
      >
        {steps.map(({ tokens, confidence }, i) => (
          <rect
            key={i}
            x={i + 0.1}
            width={0.8}
            y={100 - (96 * tokens) / most}
            height={(96 * tokens) / most}
            className={i < step ? 'played' : undefined}
            opacity={0.35 + 0.65 * confidence}
          />
        ))}
      </svg>
      <p className="hint numbers">
        {current
          ? `Step ${step} of ${totalSteps}: ${current.tokens} ${current.tokens === 1 ? 'token' : 'tokens'}, ` +
            `${Math.round(current.confidence * 100)} % average confidence, ${Math.round(current.elapsedMs)} ms after queueing`
          : `Before the first of ${totalSteps} steps`}
      </p>
    </div>
  );
}

interface TransportProps {
  readonly show: Show;
  readonly available: number;
  readonly totalSteps: number;
}

/** Play, pause, and a slider for the step. */
export function Transport({ show, available, totalSteps }: TransportProps) {
  return (
    <div className="transport">
      <button type="button" className="quiet play" onClick={show.toggle} disabled={available === 0}>
        {show.isPlaying ? 'Pause' : 'Play'}
      </button>
      <input
        type="range"
        aria-label="Step"
        min={0}
        max={Math.max(1, totalSteps)}
        value={Math.floor(show.at)}
        disabled={available === 0}
        onChange={(event) => show.seek(Number(event.target.value))}
      />
      <select
        aria-label="Speed"
        value={String(show.pace)}
        onChange={(event) => show.setPace(Number(event.target.value))}
      >
        {paces.map(({ pace, name }) => (
          <option key={name} value={String(pace)}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
