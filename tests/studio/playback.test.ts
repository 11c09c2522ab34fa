import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf, describeFrame, isKnown, knownCount, previewAt, timelineOf } from '../../studio/src/frame.js';
import { emptyPlayback, isOver, play, type Playback } from '../../studio/src/playback.js';
import { spokenText, statusText } from '../../studio/src/status-text.js';
import { runs, type Run } from '../support/studio/runs.js';

const playAll = (events: Run['events'], from: Playback = emptyPlayback('one')) => events.reduce(play, from);

describe('a playback', () => {
  it('is the same after any replay, as after a reload or a lost connection', () => {
    fc.assert(
      fc.property(runs, fc.nat(), fc.nat(), ({ events }, a, b) => {
        const [before, again] = [a % (events.length + 1), b % (events.length + 1)];
        const interrupted = playAll(events.slice(Math.min(before, again)), playAll(events.slice(0, before)));
        expect(interrupted).toEqual(playAll(events));
      }),
    );
  });

  it('has each cell from the step that decoded it, and those of the source from the start', () => {
    fc.assert(
      fc.property(runs, ({ events, steps, given, count }) => {
        const playback = playAll(events);
        for (let index = 0; index < count; index++) {
          const cells = cellsOf(playback, index);
          for (const cell of given) expect(cells?.decodedAt[cell]).toBe(0);
          steps.forEach((positions, at) => {
            for (const cell of positions) expect(cells?.decodedAt[cell]).toBe(at + 1);
          });
        }
      }),
    );
  });

  it('shows more at every step, and all at the last', () => {
    fc.assert(
      fc.property(runs, ({ events, steps, given, width, height }) => {
        const cells = cellsOf(playAll(events), 0);
        if (!cells) throw new Error('it has begun');
        const counts = Array.from({ length: steps.length + 1 }, (_, step) => knownCount(cells, step));
        expect(counts[0]).toBe(given.length);
        counts.slice(1).forEach((count, at) => expect(count).toBe((counts[at] ?? 0) + (steps[at]?.length ?? 0)));
        expect(counts.at(-1)).toBe(width * height);
        expect(describeFrame(cells, steps.length)).toBe(`All ${width * height} cells are decoded.`);
      }),
    );
  });

  it('shows exactly what arrived of an interrupted run', () => {
    fc.assert(
      fc.property(runs, fc.nat(), ({ events }, cut) => {
        const some = events.slice(0, cut % events.length);
        const playback = playAll(some);
        const decoded = some.filter(({ __typename }) => __typename === 'StepDecoded').length;
        expect(playback.steps).toHaveLength(decoded);
        expect(isOver(playback)).toBe(false);
        const cells = cellsOf(playback, 0);
        cells?.decodedAt.forEach((at) => expect(isKnown(at, decoded)).toBe(at >= 0));
      }),
    );
  });

  it('shows no preview of a later step, and uses paths on its own server', () => {
    fc.assert(
      fc.property(runs, fc.nat({ max: 30 }), ({ events, count }, step) => {
        const playback = playAll(events);
        for (let index = 0; index < count; index++) {
          const preview = previewAt(playback, index, step);
          if (preview) expect(preview.step).toBeLessThanOrEqual(step);
          expect(preview?.path ?? '/pictures/').toMatch(/^\/pictures\//);
          const better = playback.previews.filter((other) => other.index === index && other.step <= step);
          expect(preview?.step).toBe(better.length === 0 ? undefined : Math.max(...better.map((other) => other.step)));
        }
      }),
    );
  });

  it('has a timeline of as many tokens as were decoded', () => {
    fc.assert(
      fc.property(runs, ({ events, steps }) => {
        const timeline = timelineOf(playAll(events), 0);
        expect(timeline.map(({ tokens }) => tokens)).toEqual(steps.map((positions) => positions.length));
        for (const { confidence } of timeline) expect(confidence).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the status text of a generation', () => {
  const [run] = fc.sample(runs, { numRuns: 1, seed: 3 });
  const events = run?.events ?? [];

  it('says where it is, and how it ended', () => {
    expect(statusText(emptyPlayback('one'))).toBe('Waiting for the server.');
    expect(statusText(playAll(events.slice(0, 1)))).toMatch(/Rocket.*: next in the queue\./);
    expect(statusText(playAll(events.slice(0, 3)))).toMatch(/is being drawn: step 1 of/);
    expect(statusText(playAll(events))).toMatch(/drawn in 0\.\d+ s: .* seed 5\./);
    const base = { sequence: 99, elapsedMs: 1, generation: { id: 'one', status: 'CANCELLED' as const, step: 1 } };
    expect(statusText(playAll([...events.slice(0, 3), { ...base, __typename: 'GenerationCancelled' }]))).toMatch(
      /was cancelled after step 1 of/,
    );
    const error = { code: 'WORKER_DIED', message: 'the worker is gone' };
    expect(statusText(playAll([...events.slice(0, 3), { ...base, __typename: 'GenerationFailed', error }]))).toMatch(
      /failed: the worker is gone/,
    );
  });

  it('changes only a few times for screen readers, however many steps there are', () => {
    fc.assert(
      fc.property(runs, (any) => {
        const spoken = any.events.map((_, at) => spokenText(playAll(any.events.slice(0, at + 1))));
        expect(new Set(spoken).size).toBeLessThanOrEqual(7);
      }),
    );
  });
});
