import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, seek, toggle, type Playhead } from '../../studio/src/playhead.js';

const watching: Playhead = { at: 0, isPlaying: true, pace: 24 };

describe('the playhead', () => {
  it('is never ahead of the decoded steps, and never goes back by itself', () => {
    const frames = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.double({ min: 0, max: 1, noNaN: true })));
    fc.assert(
      fc.property(frames, fc.constantFrom(8, 24, Infinity), (all, pace) => {
        let [playhead, available] = [{ ...watching, pace }, 0];
        for (const [more, seconds] of all) {
          available += more;
          const next = advance(playhead, { available, isOver: false }, seconds);
          expect(next.at).toBeLessThanOrEqual(available);
          expect(next.at).toBeGreaterThanOrEqual(playhead.at);
          expect(next.isPlaying).toBe(true);
          playhead = next;
        }
      }),
    );
  });

  it('waits for steps still to come, and stops after the last', () => {
    expect(advance({ ...watching, at: 5 }, { available: 5, isOver: false }, 1)).toMatchObject({
      at: 5,
      isPlaying: true,
    });
    expect(advance({ ...watching, at: 5 }, { available: 5, isOver: true }, 1)).toMatchObject({
      at: 5,
      isPlaying: false,
    });
  });

  it('keeps its pace', () => {
    expect(advance(watching, { available: 88, isOver: true }, 0.5).at).toBe(12);
  });

  it('restarts at the end, and resumes elsewhere', () => {
    const reel = { available: 88, isOver: true };
    expect(toggle({ at: 88, isPlaying: false, pace: Infinity }, reel)).toEqual({ at: 0, isPlaying: true, pace: 24 });
    expect(toggle({ at: 40, isPlaying: false, pace: 8 }, reel)).toEqual({ at: 40, isPlaying: true, pace: 8 });
    expect(toggle({ at: 40, isPlaying: true, pace: 8 }, reel)).toEqual({ at: 40, isPlaying: false, pace: 8 });
  });

  it('goes where it is moved, within the available steps', () => {
    const reel = { available: 50, isOver: false };
    expect(seek(watching, 30, reel)).toEqual({ ...watching, at: 30, isPlaying: false });
    expect(seek(watching, 70, reel).at).toBe(50);
    expect(seek(watching, -1, reel).at).toBe(0);
  });
});
