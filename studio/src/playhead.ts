import { isOver, type Playback } from './playback.js';

/** Where the show is: the step that is shown, how fast it moves on, and whether it does. */
export interface Playhead {
  /** 0 before the first step; not whole between two frames of the screen. */
  readonly at: number;
  readonly isPlaying: boolean;
  /** Steps a second; Infinity shows each as soon as it is there. */
  readonly pace: number;
}

/** What there is to show. */
export interface Reel {
  /** Steps that are decoded. */
  readonly available: number;
  /** No more will come. */
  readonly isOver: boolean;
}

/** Two that are compared go step by step: the one behind is waited for, unless it ended. */
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

/** After `seconds` more. It waits for steps that are still to come, and stops behind the last one. */
export function advance(playhead: Playhead, { available, isOver }: Reel, seconds: number): Playhead {
  if (!playhead.isPlaying) return playhead;
  const next = playhead.pace === Infinity ? available : playhead.at + playhead.pace * seconds;
  if (next < available) return { ...playhead, at: next };
  return { ...playhead, at: available, isPlaying: !isOver };
}

/** Play and pause; at the end it begins anew. */
export function toggle(playhead: Playhead, { available, isOver }: Reel): Playhead {
  if (playhead.isPlaying) return { ...playhead, isPlaying: false };
  const isAtEnd = isOver && playhead.at >= available;
  // What is over is all there at once: as it comes would show nothing but the end.
  const pace = isAtEnd && playhead.pace === Infinity ? usualPace : playhead.pace;
  return { at: isAtEnd ? 0 : playhead.at, isPlaying: true, pace };
}

export function seek(playhead: Playhead, step: number, { available }: Reel): Playhead {
  return { ...playhead, at: Math.min(Math.max(0, step), available), isPlaying: false };
}
