import ort from 'onnxruntime-node';
import { describe, expect, it, vi } from 'vitest';
import { Decoding, type DecodingRequest } from '../../src/decoding/decoding.js';
import type { LaneOptions } from '../../src/graph/attention.js';
import { GraphBuilder, type Graph } from '../../src/graph/onnx.js';
import { createHostStepSession } from '../../src/runtime/host-step-session.js';
import { loadRandar } from '../../src/family/randar/transformer.js';
import { maxLanes, type StepSession } from '../../src/runtime/step-session.js';
import { goldenFile, loadTransformerGolden, onOneThread } from '../support/goldens/load.js';
import { referenceRequest } from '../support/goldens/requests.js';

/** Relative to the range of logits: matmuls with another number of rows may round their last bits differently. */
const tolerance = 1e-5;

describe.each(['randar-square4', 'randar-square8'])('lanes of one run with %s', async (name) => {
  const { golden, session, ownLayout } = await loadTransformerGolden(name);

  const request = (i: number): DecodingRequest => {
    const reference = golden.cases[i % golden.cases.length];
    if (!reference) throw new Error('no such case');
    return referenceRequest(reference, { temperature: 0, topK: 0, topP: 1 });
  };
  const begin = (of: DecodingRequest) => {
    const decoding = new Decoding(ownLayout, of);
    return { decoding, cache: session.createCache(decoding.sequences, decoding.capacity) };
  };
  const unguided: DecodingRequest = {
    ...request(0),
    pictures: [{ label: 1, seed: 5, order: { kind: 'random' } }],
    guidance: { start: 1, end: 1, curve: 'linear', power: 1 },
  };

  it.each([2, 3, maxLanes])('give the tokens of the reference, %i at different steps', async (count) => {
    const lanes = Array.from({ length: count }, (_, i) => ({ ...begin(request(i)), tokens: [] as number[][] }));
    for (let run = 0; lanes.some(({ decoding }) => !decoding.isDone); run++) {
      // Each one starts two runs after the previous one.
      const taking = lanes.filter(({ decoding }, i) => run >= 2 * i && !decoding.isDone);
      const logits = await session.run(taking.map(({ decoding, cache }) => ({ inputs: decoding.next(), cache })));
      for (const [i, lane] of taking.entries()) {
        const decoded = lane.decoding.apply(logits[i] ?? new Float32Array(0));
        decoded.forEach(({ positions, tokens }, picture) => {
          const drawn = (lane.tokens[picture] ??= []);
          positions.forEach((cell, at) => (drawn[cell] = tokens[at] ?? -1));
        });
      }
    }
    expect(lanes.map(({ tokens }) => tokens)).toEqual(
      lanes.map((_, i) => golden.cases[i % golden.cases.length]?.tokens),
    );
  });

  it('give each lane the same logits as alone, up to the last bits', async () => {
    const kinds = [request(0), unguided, request(golden.cases.length - 1), unguided];
    const [alone, together] = [kinds.map(begin), kinds.map(begin)];
    let [worst, lowest, highest] = [0, Infinity, -Infinity];
    while (together.some(({ decoding }) => !decoding.isDone)) {
      const taking = together.flatMap((lane, i) => (lane.decoding.isDone ? [] : [{ lane, other: alone[i] ?? lane }]));
      const logits = await session.run(
        taking.map(({ lane: { decoding, cache } }) => ({ inputs: decoding.next(), cache })),
      );
      for (const [i, { lane, other }] of taking.entries()) {
        const shared = logits[i] ?? new Float32Array(0);
        const own = await session.runAlone(other.decoding.next(), other.cache);
        expect(shared).toHaveLength(own.length);
        own.forEach((value, at) => {
          worst = Math.max(worst, Math.abs(value - (shared[at] ?? NaN)));
          lowest = Math.min(lowest, value);
          highest = Math.max(highest, value);
        });
        expect(lane.decoding.apply(shared)).toEqual(other.decoding.apply(own));
      }
    }
    expect(worst / (highest - lowest)).toBeLessThan(tolerance);
  });

  it('are bit-identical in the same batch', async () => {
    const [first, again] = [await firstLogits(session), await firstLogits(session)];
    expect(first).toEqual(again);
  });

  async function firstLogits(of: StepSession): Promise<Float32Array[]> {
    const lanes = [request(0), unguided, request(0)].map(begin);
    return of.run(lanes.map(({ decoding, cache }) => ({ inputs: decoding.next(), cache })));
  }

  it('are limited to the lanes of a run', async () => {
    const lanes = Array.from({ length: maxLanes + 1 }, () => begin(unguided));
    await expect(session.run(lanes.map(({ decoding, cache }) => ({ inputs: decoding.next(), cache })))).rejects.toThrow(
      new RangeError(`a run has ${maxLanes} lanes, not ${maxLanes + 1}`),
    );
  });

  it('are one if no more were requested, without a graph for several', async () => {
    const sessions = vi.spyOn(ort.InferenceSession, 'create');
    const side = Math.sqrt(golden.config.block_size);
    const path = goldenFile(`${name}.safetensors`);
    const options = { ...onOneThread, lanes: 1 } as const;
    const alone = await loadRandar(path, golden.config.n_head, { width: side, height: side }, options);
    expect(sessions).toHaveBeenCalledOnce();
    sessions.mockRestore();
    const [first, second] = [begin(unguided), begin(unguided)].map(({ decoding, cache }) => ({
      inputs: decoding.next(),
      cache,
    }));
    if (!first || !second) throw new Error('there are two');
    expect(await alone.session.run([first])).toHaveLength(1);
    await expect(alone.session.run([first, second])).rejects.toThrow(new RangeError('a run has 1 lanes, not 2'));
    await alone.session.close();
  });
});

it('a step session whose graph of more lanes fails releases those of fewer', async () => {
  const shape = { dimension: 4, layers: 0, heads: 1, headDimension: 4, vocabulary: 4, classes: 1, parameters: 0 };
  const created = vi.spyOn(ort.InferenceSession, 'create');
  const graphOf = ({ lanes = 1 }: LaneOptions): Graph => {
    if (lanes > 1) throw new Error('no graph of several');
    const graph = new GraphBuilder('one lane');
    graph.output('y', graph.node('Relu', [graph.input('x', 'float32', [1])]), 'float32', [1]);
    return graph.build({ file: 'none', place: () => ({ offset: 0, length: 0 }) });
  };
  try {
    await expect(createHostStepSession(graphOf, shape, onOneThread)).rejects.toThrow('no graph of several');
    const session = await (created.mock.results[0]?.value as Promise<ort.InferenceSession>);
    const x = new ort.Tensor('float32', Float32Array.of(1), [1]);
    await expect(session.run({ x })).rejects.toThrow(/disposed/);
  } finally {
    created.mockRestore();
  }
});
