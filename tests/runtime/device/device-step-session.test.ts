import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DecodedCells, DecodingRequest } from '../../../src/decoding/decoding.js';
import type { Enlarging } from '../../../src/decoding/enlarging.js';
import { knownCells } from '../../../src/decoding/known.js';
import { tokensPerStep } from '../../../src/decoding/schedule.js';
import { loadRandarOnDevice } from '../../../src/family/randar/device-transformer.js';
import { loadRandar } from '../../../src/family/randar/transformer.js';
import { loadRarOnDevice } from '../../../src/family/rar/device-transformer.js';
import { loadRar } from '../../../src/family/rar/transformer.js';
import { OrtError } from '../../../src/runtime/device/ort-api.js';
import { deviceSession, hostSession, type DecodeSession } from '../../../src/model/decode-session.js';
import { counting } from '../../support/counting-api.js';
import { deviceOnHost, noDeviceOnHost } from '../../support/device-on-host.js';
import { goldenFile, onOneThread, readGolden, type TransformerGolden } from '../../support/goldens/load.js';
import { convertRar, rarGrid, readRarGolden } from '../../support/goldens/rar.js';
import { referenceRequest } from '../../support/goldens/requests.js';

interface Asked {
  readonly request: DecodingRequest;
  readonly enlarging?: Enlarging;
}

/** All generations in one session, each begun a run after the one before it: what every step of each decoded. */
async function decodeAll<Inputs, Cache>(session: DecodeSession<Inputs, Cache>, all: readonly Asked[]) {
  let slot = 0;
  const chains = [];
  for (const { request, enlarging } of all) {
    const count = 3 * (enlarging ? 4 : 1) * request.pictures.length;
    chains.push(await session.begin(request, enlarging, { from: slot, count }));
    slot += count;
  }
  const decoded: DecodedCells[][] = chains.map(() => []);
  for (let run = 0; chains.some(({ isDone }) => !isDone); run++) {
    const taking = chains.filter((chain, i) => run >= i && !chain.isDone);
    const steps = await session.step(taking);
    for (const [i, chain] of taking.entries()) decoded[chains.indexOf(chain)]?.push(...(steps[i] ?? []));
  }
  return decoded;
}

function expectSame(actual: readonly DecodedCells[][], expected: readonly DecodedCells[][]): void {
  const facts = (all: readonly DecodedCells[][]) =>
    all.map((steps) => steps.map(({ positions, tokens }) => [[...positions], [...tokens]]));
  expect(facts(actual)).toEqual(facts(expected));
  for (const [i, steps] of expected.entries()) {
    for (const [k, { probabilities }] of steps.entries()) {
      for (const [at, probability] of probabilities.entries()) {
        expect(actual[i]?.[k]?.probabilities[at]).toBeCloseTo(probability, 4);
      }
    }
  }
}

describe.skipIf(noDeviceOnHost).each(['randar-square4', 'randar-square8'])('a device decodes %s', (name) => {
  const golden = readGolden<TransformerGolden>(name);
  const side = Math.sqrt(golden.config.block_size);
  const [path, heads, grid] = [
    goldenFile(`${name}.safetensors`),
    golden.config.n_head,
    { width: side, height: side },
  ] as const;
  let device: Awaited<ReturnType<typeof deviceOnHost>>;
  let onDevice: Awaited<ReturnType<typeof openOnDevice>>;
  let onHost: Awaited<ReturnType<typeof openOnHost>>;

  const openOnDevice = async () => deviceSession(await loadRandarOnDevice(path, heads, grid, device), device.close);
  const openOnHost = async () => hostSession(await loadRandar(path, heads, grid, onOneThread), 64e6);
  beforeAll(async () => {
    device = await deviceOnHost();
    [onDevice, onHost] = [await openOnDevice(), await openOnHost()];
  });
  afterAll(async () => {
    await onDevice.close();
    await onHost.close();
  });

  const sampling = { temperature: 1, topK: 0, topP: 1 };
  const guidance = { start: 1, end: 4, curve: 'linear', power: 1 } as const;
  const cells = side * side;
  const request = (more: Partial<DecodingRequest> = {}, seeds: readonly number[] = [1]): DecodingRequest => ({
    pictures: seeds.map((seed) => ({ label: seed % 3, seed, order: { kind: 'random' } })),
    tokensPerStep: tokensPerStep({ kind: 'cosine', steps: 7 }, cells),
    guidance,
    sampling,
    ...more,
  });

  it("to the reference's tokens at temperature 0", async () => {
    const cases = golden.cases.map((each) => ({
      request: referenceRequest(each, { temperature: 0, topK: 0, topP: 1 }),
    }));
    const decoded = await decodeAll(onDevice, cases);
    const tokens = decoded.map((steps, i) => {
      const pictures = golden.cases[i]?.tokens.length ?? 0;
      return Array.from({ length: pictures }, (_, picture) => {
        const drawn: number[] = [];
        for (const { positions, tokens } of steps.filter((_, step) => step % pictures === picture)) {
          positions.forEach((cell, at) => (drawn[cell] = tokens[at] ?? -1));
        }
        return drawn;
      });
    });
    expect(tokens).toEqual(golden.cases.map((each) => each.tokens));
  });

  it('as the host does, alone and in company of other shapes, guided or not, filtered or not', async () => {
    const all: Asked[] = [
      { request: request({}, [1, 2]) },
      { request: request({ guidance: { ...guidance, start: 1, end: 1 } }, [3]) },
      { request: request({ sampling: { temperature: 0.8, topK: 5, topP: 0.9 } }, [4]) },
      { request: request({ sampling: { ...sampling, temperature: 0 } }, [5]) },
      { request: request({ sampling: { ...sampling, temperature: 1.3 } }, [6]) },
    ];
    const expected = await decodeAll(onHost, all.slice(0, 3));
    expectSame(await decodeAll(onDevice, all.slice(0, 3)), expected);
    const others = await decodeAll(onHost, all.slice(3));
    expectSame(await decodeAll(onDevice, all), [...expected, ...others]);
    expectSame(await decodeAll(onDevice, all.slice(0, 1)), expected.slice(0, 1));
  });

  it('from known tokens, and at twice the size with spatial guidance', async () => {
    const known = knownCells(
      Int32Array.from({ length: cells }, (_, cell) => (cell % 3 === 0 ? cell % 7 : -1)),
      9,
    );
    const open = cells - known.cells.length;
    const all: Asked[] = [
      {
        request: request({
          pictures: [{ label: 1, seed: 9, order: { kind: 'raster' }, known }],
          tokensPerStep: tokensPerStep({ kind: 'linear', steps: 4 }, open),
        }),
      },
      {
        request: request({}, [7]),
        enlarging: {
          tokensPerStep: tokensPerStep({ kind: 'linear', steps: 6 }, 3 * cells),
          spatialGuidance: { start: 1.5, end: 2, curve: 'linear', power: 1 },
        },
      },
      // Still drawn when the one before it is at twice the size, which has more blocks a sequence.
      { request: request({ tokensPerStep: tokensPerStep({ kind: 'linear', steps: 14 }, cells) }, [8, 10]) },
    ];
    expectSame(await decodeAll(onDevice, all), await decodeAll(onHost, all));
  });

  it('as before after a run that failed', async () => {
    const asked = { request: request({}, [11]) };
    const expected = await decodeAll(onHost, [asked]);
    const whole = await onDevice.begin(asked.request, undefined, { from: 0, count: 2 });
    const short = await onDevice.begin(asked.request, undefined, { from: 2, count: 0 });
    await expect(onDevice.step([whole, short])).rejects.toThrow('KV cache of 0 positions cannot take');
    expectSame(await decodeAll(onDevice, [asked]), expected);
  });

  it('and lets go of a binding that cannot be finished', async () => {
    const counted = counting(device.api);
    let refused: string | undefined;
    const api: typeof counted = {
      ...counted,
      make: (called, ...args) => {
        if (called === refused) throw new OrtError(`no ${called}`);
        return counted.make(called, ...args);
      },
      call: (called, ...args) => {
        if (called === refused) throw new OrtError(`no ${called}`);
        counted.call(called, ...args);
      },
    };
    const session = deviceSession(await loadRandarOnDevice(path, heads, grid, { ...device, api }), () => undefined);
    const before = counted.held();
    const begin = () => session.begin(request(), undefined, { from: 0, count: 2 });
    for (refused of ['CreateIoBinding', 'BindInput', 'BindOutput', 'CreateRunOptions', 'AddRunConfigEntry']) {
      await expect(session.step([await begin()])).rejects.toThrow(`no ${refused}`);
      expect(counted.held()).toBe(before);
    }
    refused = undefined;
    expect(await session.step([await begin()])).toHaveLength(1);
    await session.close();
    expect(counted.held()).toBe(0);
  });
});

describe.skipIf(noDeviceOnHost)('a device decodes RAR', () => {
  it('as the host does, in any company, at any temperature', async () => {
    const { path, folder } = await convertRar();
    const { config } = readRarGolden();
    const device = await deviceOnHost();
    const onDevice = deviceSession(await loadRarOnDevice(path, config.heads, rarGrid, device), device.close);
    const onHost = hostSession(await loadRar(path, config.heads, rarGrid, onOneThread), 64e6);
    const request = (seed: number, end: number, temperature: number): Asked => ({
      request: {
        pictures: [{ label: seed % config.classes, seed, order: { kind: seed === 2 ? 'random' : 'raster' } }],
        tokensPerStep: new Array<number>(config.cells).fill(1),
        guidance: { start: 1, end, curve: 'cosine', power: 2 },
        sampling: { temperature, topK: 0, topP: 1 },
      },
    });
    const all = [request(1, 4, 1), request(2, 1, 1), request(3, 3, 0)];
    expectSame(await decodeAll(onDevice, all), await decodeAll(onHost, all));
    await onDevice.close();
    await onHost.close();
    await rm(folder, { recursive: true });
  });
});
