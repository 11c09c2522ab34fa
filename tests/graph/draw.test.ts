import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { mixLogits } from '../../src/decoding/guidance.js';
import { Random } from '../../src/decoding/random.js';
import { Sampler } from '../../src/decoding/sampler.js';
import { greedyDivisor } from '../../src/decoding/step-draws.js';
import { drawTokens } from '../../src/graph/draw.js';
import { rowAt } from '../../src/numbers/at.js';
import { GraphBuilder } from '../../src/graph/onnx.js';

const noFile = { file: 'none', place: () => ({ offset: 0, length: 0 }) };

async function sessionFor(vocabulary: number): Promise<ort.InferenceSession> {
  const graph = new GraphBuilder('draw');
  drawTokens(graph, graph.input('logits', 'float32', ['W', vocabulary]), vocabulary);
  return ort.InferenceSession.create(graph.build(noFile).model, { intraOpNumThreads: 1 });
}

/** Tokens drawn from guided logits, `count` at a time: by the graph, and by the sampler of the host. */
async function drawBoth(vocabulary: number, count: number, temperature: number, scale: number) {
  const session = await sessionFor(vocabulary);
  const noise = Random.of(vocabulary, 'order');
  const logits = Float32Array.from({ length: 2 * count * vocabulary }, () => 12 * noise.uniform() ** 3);
  const uniforms = Random.of(1, 'sampling');
  const divisor = temperature === 0 ? greedyDivisor : temperature;
  const mix = new Float64Array(count * 2 * count);
  for (let i = 0; i < count; i++) mix.set([scale / divisor, (1 - scale) / divisor], i * 2 * count + 2 * i);
  const { token, probability } = await session.run({
    logits: new ort.Tensor('float32', logits, [2 * count, vocabulary]),
    mix: new ort.Tensor('float64', mix, [count, 2 * count]),
    uniform: new ort.Tensor(
      'float64',
      Float64Array.from({ length: count }, () => (temperature === 0 ? 0 : uniforms.uniform())),
      [count, 1],
    ),
  });
  const sampler = new Sampler(vocabulary, { temperature, topK: 0, topP: 1 });
  const random = Random.of(1, 'sampling');
  const onHost = Array.from({ length: count }, (_, i) => {
    const [conditional, unconditional] = [rowAt(logits, 2 * i, vocabulary), rowAt(logits, 2 * i + 1, vocabulary)];
    mixLogits(conditional, unconditional, scale);
    return sampler.draw(conditional, random);
  });
  return {
    tokens: [...(token?.data as BigInt64Array)].map(Number),
    probabilities: [...(probability?.data as Float32Array)],
    onHost,
  };
}

describe('tokens drawn inside a graph', () => {
  it.each([
    [2048, 1, 4],
    [16384, 0.7, 2.5],
    [30, 1, 1],
  ])('are those of the sampler, for %i tokens at temperature %f', async (vocabulary, temperature, scale) => {
    const { tokens, probabilities, onHost } = await drawBoth(vocabulary, 300, temperature, scale);
    expect(tokens).toEqual(onHost.map(({ token }) => token));
    for (const [i, { probability }] of onHost.entries()) expect(probabilities[i]).toBeCloseTo(probability, 5);
  });

  it('are the likeliest at temperature 0', async () => {
    const { tokens, onHost } = await drawBoth(2048, 300, 0, 3);
    expect(tokens).toEqual(onHost.map(({ token }) => token));
  });
});
