import { describe, expect, it } from 'vitest';
import { rememberModulations } from '../../../src/family/rar/modulations.js';

/** Counts computations; all numbers of a class's row are its label. */
function counted(budget = 1000) {
  const computed: number[] = [];
  const compute = (label: number) => {
    computed.push(label);
    return Promise.resolve(Float32Array.of(label));
  };
  return { computed, modulations: rememberModulations(100, compute, budget) };
}

describe('the modulations of a class', () => {
  it('are computed once, also for concurrent requests', async () => {
    const { computed, modulations } = counted();
    const [one, other] = await Promise.all([modulations.of(7), modulations.of(7)]);
    expect(one).toBe(other);
    expect(await modulations.of(7)).toBe(one);
    expect([...one]).toEqual([7]);
    expect(computed).toEqual([7]);
  });

  it('are evicted beyond the budget, least recently used first', async () => {
    const { computed, modulations } = counted(399);
    for (const label of [0, 1, 2, 0, 3]) await modulations.of(label);
    expect(computed).toEqual([0, 1, 2, 3]);
    await modulations.of(0);
    await modulations.of(1);
    expect(computed).toEqual([0, 1, 2, 3, 1]);
  });

  it('are kept for two classes, however small the budget', async () => {
    const { computed, modulations } = counted(1);
    for (const label of [0, 1, 0, 1]) await modulations.of(label);
    expect(computed).toEqual([0, 1]);
  });

  it('are delivered to waiting requests although they were evicted meanwhile', async () => {
    const finish = new Map<number, (values: Float32Array) => void>();
    const compute = (label: number) => new Promise<Float32Array>((resolve) => finish.set(label, resolve));
    const modulations = rememberModulations(100, compute, 1);
    const waiting = [1, 2, 3].map((label) => modulations.of(label));
    for (const [label, resolve] of finish) resolve(Float32Array.of(label));
    expect(await Promise.all(waiting)).toEqual([1, 2, 3].map((label) => Float32Array.of(label)));
  });

  it('are computed again after a failure', async () => {
    let fails = true;
    const compute = () => (fails ? Promise.reject(new Error('no memory')) : Promise.resolve(Float32Array.of(1)));
    const modulations = rememberModulations(100, compute, 1000);
    await expect(modulations.of(3)).rejects.toThrow('no memory');
    fails = false;
    expect([...(await modulations.of(3))]).toEqual([1]);
  });
});
