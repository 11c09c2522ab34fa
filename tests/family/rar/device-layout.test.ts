import { describe, expect, it } from 'vitest';
import { rarDeviceLayout } from '../../../src/family/rar/device-layout.js';
import { deviceSession } from '../../../src/model/decode-session.js';
import type { DeviceStepSession } from '../../../src/runtime/device/device-step-session.js';

/** Draws token 0 everywhere, but keeps account of the caches as a device does. */
const blank: DeviceStepSession = {
  blocks: 4,
  run: (lanes) =>
    lanes.map(({ inputs, draws, cache }) => {
      cache.reserve(inputs.positions);
      cache.append(inputs.kept);
      const drawn = draws.count * draws.pictures;
      return { tokens: new Int32Array(drawn), probabilities: new Float32Array(drawn) };
    }),
  close: () => undefined,
};

describe("RAR's layout on a device", () => {
  // 256 cells are 257 positions, one more than a block holds.
  it.each([
    [16, 2],
    [4, 4],
  ])('fits into the KV slots that a picture of %i by as many cells is lent', async (side, kvSlots) => {
    const cells = side * side;
    const shape = {
      parameters: 0,
      vocabulary: 8,
      classes: 3,
      cells,
      dimension: 64,
      heads: 1,
      headDimension: 64,
      layers: 1,
    };
    const session = deviceSession(
      {
        shape,
        precision: 'fp32',
        weightBytes: 0,
        blockBytes: 1,
        session: blank,
        layout: rarDeviceLayout(shape, { width: side, height: side }, { targets: 2 + cells, embeddings: 12 }),
        enlargedLayout: () => {
          throw new Error('not asked for');
        },
      },
      () => undefined,
    );
    expect(session.kvSlots).toBe(kvSlots);
    const request = {
      pictures: [{ label: 1, seed: 1, order: { kind: 'raster' } }],
      tokensPerStep: new Array<number>(cells).fill(1),
      guidance: { start: 1, end: 1, curve: 'linear', power: 1 },
      sampling: { temperature: 1, topK: 0, topP: 1 },
    } as const;
    const chain = await session.begin(request, undefined, { from: 0, count: 1 });
    while (!chain.isDone) await session.step([chain]);
    expect(chain.current.cache.length).toBe(1 + cells);
  });
});
