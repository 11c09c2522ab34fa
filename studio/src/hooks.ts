import { useEffect, useRef, useState, type RefObject } from 'react';
import { advance, seek, toggle, usualPace, type Playhead, type Reel } from './playhead.js';

/** Whether a media query matches, live. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const follow = () => setMatches(list.matches);
    follow();
    list.addEventListener('change', follow);
    return () => list.removeEventListener('change', follow);
  }, [query]);
  return matches;
}

export const useReducedMotion = () => useMedia('(prefers-reduced-motion: reduce)');

/** A loaded picture, with the request that it answers. */
export interface LoadedPicture<Wanted> {
  readonly wanted: Wanted;
  readonly image: HTMLImageElement;
}

/**
 * Loads the requested picture and returns the previous one until it is ready. While one loads, only the newest request
 * is kept, so that a fast stream is shown as fast as pictures load.
 */
export function usePicture<Wanted extends { readonly path: string }>(
  wanted: Wanted | undefined,
): LoadedPicture<Wanted> | undefined {
  const [shown, setShown] = useState<LoadedPicture<Wanted>>();
  const newest = useRef(wanted);
  const isLoading = useRef(false);
  useEffect(() => {
    newest.current = wanted;
    if (!wanted) setShown(undefined);
    else if (!isLoading.current) void loadNewest();

    async function loadNewest(): Promise<void> {
      isLoading.current = true;
      const next = () => newest.current;
      for (let now = next(), path; now && now.path !== path; now = next()) {
        path = now.path;
        const image = await loadImage(path);
        if (image && next()) setShown({ wanted: now, image });
      }
      isLoading.current = false;
    }
    // Only the path determines what to load.
  }, [wanted?.path]);
  return wanted && shown;
}

/** Undefined if loading fails; the next one may succeed. */
async function loadImage(path: string): Promise<HTMLImageElement | undefined> {
  const image = new Image();
  image.src = path;
  return image.decode().then(
    () => image,
    () => undefined,
  );
}

export interface Show extends Playhead {
  readonly toggle: () => void;
  readonly seek: (step: number) => void;
  readonly setPace: (pace: number) => void;
}

/**
 * A playhead driven by animation frames. A generation started from this page is played from the beginning at a visible
 * pace; anything else is shown as it is now.
 *
 * @param key A new key restarts the playback.
 */
export function useShow(key: string, reel: Reel, isWatched: boolean): Show {
  const begin = (): Playhead => ({ at: 0, isPlaying: true, pace: isWatched ? usualPace : Infinity });
  const [state, setState] = useState({ key, playhead: begin() });
  if (state.key !== key) setState({ key, playhead: begin() });
  const { playhead } = state;
  const change = (next: (playhead: Playhead) => Playhead) =>
    setState((before) => ({ ...before, playhead: next(before.playhead) }));

  const latest = useRef(reel);
  useEffect(() => {
    latest.current = reel;
  });
  useEffect(() => {
    if (!playhead.isPlaying) return;
    let before = performance.now();
    let frame = requestAnimationFrame(function next(now) {
      const seconds = (now - before) / 1000;
      before = now;
      setState((current) => {
        const moved = advance(current.playhead, latest.current, seconds);
        return moved.at === current.playhead.at && moved.isPlaying === current.playhead.isPlaying
          ? current
          : { ...current, playhead: moved };
      });
      frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [playhead.isPlaying, key]);

  return {
    ...playhead,
    toggle: () => change((current) => toggle(current, reel)),
    seek: (step) => change((current) => seek(current, step, reel)),
    setPace: (pace) => change((current) => ({ ...current, pace })),
  };
}

/** Theme colours for canvases. */
export interface ThemeColours {
  readonly surface: string;
  readonly tile: string;
  /** A decoded cell without a picture. */
  readonly known: string;
  readonly glow: string;
}

/** The theme's colours; read again when the theme changes. */
export function useThemeColours(element: RefObject<HTMLElement | null>, theme: string): ThemeColours {
  const systemIsDark = useMedia('(prefers-color-scheme: dark)');
  const [colours, setColours] = useState<ThemeColours>({ surface: '#fff', tile: '#ddd', known: '#fff', glow: '#f80' });
  useEffect(() => {
    if (!element.current) return;
    const style = getComputedStyle(element.current);
    const colour = (name: string) => style.getPropertyValue(`--${name}`);
    setColours({ surface: colour('surface'), tile: colour('tile'), known: colour('known'), glow: colour('glow') });
  }, [element, theme, systemIsDark]);
  return colours;
}
