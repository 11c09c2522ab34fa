import { isOver, type Playback } from './playback.js';

/** The playback position: the step shown, the pace, and whether it is playing. */
export interface Playhead {
  /** 0 before the first step; fractional between steps. */
  readonly at: number;
  readonly isPlaying: boolean;
  /** Steps per second; Infinity shows each step as soon as it arrives. */
  readonly pace: number;
}

/** The steps available for playback. */
export interface Reel {
  /** Steps decoded so far. */
  readonly available: number;
  /** Whether no more steps will come. */
  readonly isOver: boolean;
}

/** Two compared generations play in step: the faster one waits, unless the other has ended. */
export function reelOf(playbacks: readonly Playback[]): Reel {
  const all = playbacks.map(({ steps }) => steps.length);
  const coming = playbacks.filter((playback) => !isOver(playback)).map(({ steps }) => steps.length);
  return { available: coming.length > 0 ? Math.min(...coming) : Math.max(0, ...all), isOver: coming.length === 0 };
}

export const paces: readonly { readonly pace: number; readonly name: string }[] = [
  { pace: Infinity, name: 'Live' },
  { pace: 60, name: '60 steps/s' },
  { pace: 24, name: '24 steps/s' },
  { pace: 8, name: '8 steps/s' },
  { pace: 2, name: '2 steps/s' },
];

export const usualPace = 24;

/** Advances by `seconds`. Waits for steps still to come, and stops after the last one. */
export function advance(playhead: Playhead, { available, isOver }: Reel, seconds: number): Playhead {
  if (!playhead.isPlaying) return playhead;
  const next = playhead.pace === Infinity ? available : playhead.at + playhead.pace * seconds;
  if (next < available) return { ...playhead, at: next };
  return { ...playhead, at: available, isPlaying: !isOver };
}

/** Toggles play and pause; at the end, restarts. */
export function toggle(playhead: Playhead, { available, isOver }: Reel): Playhead {
  if (playhead.isPlaying) return { ...playhead, isPlaying: false };
  const isAtEnd = isOver && playhead.at >= available;
  // A finished generation is completely available, so "as it arrives" would jump to the end.
  const pace = isAtEnd && playhead.pace === Infinity ? usualPace : playhead.pace;
  return { at: isAtEnd ? 0 : playhead.at, isPlaying: true, pace };
}

export function seek(playhead: Playhead, step: number, { available }: Reel): Playhead {
  return { ...playhead, at: Math.min(Math.max(0, step), available), isPlaying: false };
}
