import ort from 'onnxruntime-node';
import type { CacheShape, Past, RunPart, SlotMemory, StepCache } from './step-cache.js';

export interface GpuBufferMemory extends SlotMemory {
  /** Frees all caches. Call it before releasing the sessions that filled them: afterwards, ONNX Runtime would crash. */
  dispose(): void;
}

/**
 * Slots in GPU memory. Slots are not allocated in advance: a cache takes the memory that its positions need, up to the
 * size of its slots, and is freed when one of its slots is lent again.
 */
export function gpuBufferMemory(shape: CacheShape, positions: number, slots: number): GpuBufferMemory {
  const lent = new Map<number, GpuBufferCache>();
  return {
    slots,
    cache: (from, count, sequences) => {
      if (from < 0 || from + count > slots) {
        throw new RangeError(`KV slots ${from} to ${from + count - 1}: there are ${slots}`);
      }
      const cache = new GpuBufferCache(shape, sequences, Math.floor((count * positions) / sequences));
      for (let slot = from; slot < from + count; slot++) {
        lent.get(slot)?.dispose();
        lent.set(slot, cache);
      }
      return cache;
    },
    dispose: () => {
      for (const cache of lent.values()) cache.dispose();
    },
  };
}

interface Layer {
  readonly keys: ort.Tensor;
  readonly values: ort.Tensor;
}

/**
 * A run joins past and new positions in new buffers, which are fed to the next run. They are position-major, so the
 * positions to keep are the start of a buffer, and none of it passes through the host.
 */
class GpuBufferCache implements StepCache {
  #length = 0;
  #layers: readonly Layer[] = [];

  constructor(
    readonly shape: CacheShape,
    readonly sequences: number,
    /** Maximum number of positions. */
    readonly capacity: number,
  ) {}

  get length(): number {
    return this.#length;
  }

  past(): Past {
    const { heads, headDimension } = this.shape;
    const dims = [this.#length, this.sequences * heads, headDimension];
    const nothing = new ort.Tensor('float32', new Float32Array(0), [0, this.sequences * heads, headDimension]);
    const kept = (tensor: ort.Tensor | undefined) =>
      tensor ? ort.Tensor.fromGpuBuffer(tensor.gpuBuffer, { dataType: 'float32', dims }) : nothing;
    return {
      positions: this.#length,
      isHidden: false,
      keys: (layer) => kept(this.#layers[layer]?.keys),
      values: (layer) => kept(this.#layers[layer]?.values),
    };
  }

  keep(outputs: ort.InferenceSession.OnnxValueMapType, { lane, kept }: RunPart): void {
    const layers = Array.from({ length: this.shape.layers }, (_, layer) => ({
      keys: bufferOf(outputs, `allK.${lane}.${layer}`),
      values: bufferOf(outputs, `allV.${lane}.${layer}`),
    }));
    if (this.#length + kept > this.capacity) {
      release(layers);
      throw new RangeError(`KV cache of ${this.capacity} positions cannot take ${kept} after ${this.#length}`);
    }
    release(this.#layers);
    this.#length += kept;
    this.#layers = this.#length > 0 ? layers : [];
    if (this.#length === 0) release(layers);
  }

  /** Frees its memory. It is empty afterwards. */
  dispose(): void {
    release(this.#layers);
    this.#layers = [];
    this.#length = 0;
  }
}

function release(layers: readonly Layer[]): void {
  for (const { keys, values } of layers) {
    keys.dispose();
    values.dispose();
  }
}

function bufferOf(outputs: ort.InferenceSession.OnnxValueMapType, name: string): ort.Tensor {
  const output = outputs[name];
  if (output?.location !== 'gpu-buffer') throw new TypeError(`the graph's output ${name} is not on the GPU`);
  return output;
}
