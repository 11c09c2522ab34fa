import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecodingChain } from '../../../src/decoding/decoding-chain.js';
import { tokensPerStep } from '../../../src/decoding/schedule.js';
import type { StepIndices } from '../../../src/decoding/step-indices.js';
import { openDeviceSession, type DecodeSession } from '../../../src/model/decode-session.js';
import { inFloats, readManifest } from '../../../src/model/manifest.js';
import { loadKoffi } from '../../../src/runtime/cuda/load-libraries.js';
import type { DeviceCache } from '../../../src/runtime/device/device-cache.js';
import { fakeCuda } from '../../support/fake-cuda/fake-cuda.js';

/**
 * The real CUDA provider on a CUDA runtime without a GPU: kernels are counted and not run, so tokens mean nothing here, but
 * everything that is copied, launched, captured and held is what a GPU would see.
 */
describe.skipIf(!fakeCuda)('decoding on CUDA', () => {
  const report = () => {
    if (!fakeCuda) throw new Error('there is no fake CUDA runtime');
    return fakeCuda.report();
  };
  let session: DecodeSession<StepIndices, DeviceCache>;
  let before: string | undefined;

  beforeAll(async () => {
    before = process.env.RANDAR_CUDA_LIBRARIES;
    process.env.RANDAR_CUDA_LIBRARIES = fakeCuda?.folder;
    // The first to load a library must have set koffi up.
    await loadKoffi();
    report();
    session = await openDeviceSession(
      inFloats(await readManifest('models/emoji')),
      { provider: 'cuda', index: 0 },
      5e8,
    );
  });
  afterAll(() => {
    if (before === undefined) delete process.env.RANDAR_CUDA_LIBRARIES;
    else process.env.RANDAR_CUDA_LIBRARIES = before;
  });

  const begin = (seed: number, topP = 1) =>
    session.begin(
      {
        pictures: [{ label: seed, seed, order: { kind: 'random' } }],
        tokensPerStep: tokensPerStep({ kind: 'cosine', steps: 88 }, 256),
        guidance: { start: 1, end: 4, curve: 'linear', power: 1 },
        sampling: { temperature: 1, topK: 0, topP },
      },
      undefined,
      { from: 2 * seed, count: 2 },
    );
  /** A step of all that are not done, and what it did. */
  const step = async (chains: readonly DecodingChain<StepIndices, DeviceCache>[]) => {
    report();
    await session.step(chains.filter(({ isDone }) => !isDone));
    return report();
  };
  const finish = async (chains: readonly DecodingChain<StepIndices, DeviceCache>[]) => {
    const reports = [];
    while (chains.some(({ isDone }) => !isDone)) reports.push(await step(chains));
    return reports;
  };

  it('launches a graph a step once a picture has been drawn, sends one small block and fetches none', async () => {
    await finish([await begin(0)]);
    const reports = await finish([await begin(1)]);
    expect(reports).toHaveLength(88);
    for (const { launches, graphs, copies, synchronizations } of reports) {
      expect({ launches, ...graphs }).toEqual({ launches: 0, captured: 0, nodes: 0, launched: 1 });
      expect(copies.hostToDevice.count).toBe(1);
      expect(copies.hostToDevice.bytes).toBeLessThan(8192);
      expect([copies.deviceToHost.count, copies.deviceToDevice.count]).toEqual([0, 0]);
      expect(synchronizations).toBe(1);
    }
  });

  it('captures a shape once, whatever runs at it, and few shapes for many generations', async () => {
    const many = await Promise.all(Array.from({ length: 16 }, (_, i) => begin(i)));
    const first = await finish(many);
    const captured = first.reduce((sum, { graphs }) => sum + graphs.captured, 0);
    expect(captured).toBeGreaterThan(0);
    expect(captured).toBeLessThan(20);
    const again = await finish(await Promise.all(Array.from({ length: 16 }, (_, i) => begin(i))));
    expect(again.map(({ launches }) => launches)).toEqual(again.map(() => 0));
  });

  it('runs one kernel of attention a layer, and nothing of cuDNN', async () => {
    // A filtered draw has a shape of its own. ONNX Runtime runs a new one until it is captured: more than once.
    const { kernels } = await step([await begin(0, 0.5)]);
    const named = (pattern: RegExp) =>
      Object.entries(kernels).reduce((sum, [name, count]) => (pattern.test(name) ? sum + count : sum), 0);
    const { layers } = session.shape;
    const runs = named(/flash_fwd/) / layers;
    expect([1, 2, 3]).toContain(runs);
    expect(named(/cudnn/i)).toBe(0);
    // 17 a layer, some 30 for the draw and what comes in front.
    expect(named(/./) / runs).toBeLessThan(17 * layers + 40);
  });

  it('does nothing that a GPU would refuse, and lets go of everything', async () => {
    await session.close();
    const { held, faults } = report();
    expect(faults).toEqual([]);
    expect(Object.values(held).every((count) => count === 0)).toBe(true);
  });
});

describe.skipIf(!fakeCuda)('a CUDA device', () => {
  it('that is not there is named, and nothing stays held', async () => {
    const before = process.env.RANDAR_CUDA_LIBRARIES;
    process.env.RANDAR_CUDA_LIBRARIES = fakeCuda?.folder;
    const manifest = inFloats(await readManifest('models/emoji'));
    await expect(openDeviceSession(manifest, { provider: 'cuda', index: 1 }, 5e8)).rejects.toThrow(
      /cannot use device "cuda:1": CUDA device 1/,
    );
    await expect(openDeviceSession(manifest, { provider: 'cuda', index: 0 }, 1e6)).rejects.toThrow(/--memory/);
    const held = fakeCuda?.report().held;
    expect(Object.values(held ?? {}).every((count) => count === 0)).toBe(true);
    if (before === undefined) delete process.env.RANDAR_CUDA_LIBRARIES;
    else process.env.RANDAR_CUDA_LIBRARIES = before;
  });
});
