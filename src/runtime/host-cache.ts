import ort from 'onnxruntime-node';
import { KvMemory, type KvCache } from '../decoding/kv-cache.js';
import { floatsOf } from './session.js';
import type { CacheShape, Past, RunPart, SlotMemory, StepCache } from './step-cache.js';

/** Slots in host memory, allocated in advance. */
export function hostMemory(shape: CacheShape, positions: number, slots: number): SlotMemory {
  const dimension = shape.heads * shape.headDimension;
  const memory = new KvMemory({ layers: shape.layers, dimension }, positions, slots);
  return {
    slots,
    cache: (from, count, sequences) => new HostCache(memory.cache(from, count, sequences), shape),
  };
}

/** A run reads the past in place and returns the new positions, which are appended with one copy. */
class HostCache implements StepCache {
  constructor(
    readonly memory: KvCache,
    readonly shape: CacheShape,
  ) {}

  get length(): number {
    return this.memory.length;
  }

  past(): Past {
    const { memory, shape } = this;
    const dims = (positions: number) => [positions, memory.stride / shape.headDimension, shape.headDimension];
    if (memory.length === 0) {
      // ONNX Runtime's matrix products divide by the length of the past, so it must be at least 1.
      const nothing = new ort.Tensor('float32', new Float32Array(memory.stride), dims(1));
      return { positions: 1, isHidden: true, keys: () => nothing, values: () => nothing };
    }
    return {
      positions: memory.length,
      isHidden: false,
      keys: (layer) => new ort.Tensor('float32', memory.keys(layer), dims(memory.length)),
      values: (layer) => new ort.Tensor('float32', memory.values(layer), dims(memory.length)),
    };
  }

  keep(outputs: ort.InferenceSession.OnnxValueMapType, { row, rows, kept }: RunPart): void {
    const width = this.shape.heads * this.shape.headDimension;
    const own = (name: string) =>
      Array.from({ length: this.shape.layers }, (_, layer) =>
        floatsOf(outputs, `${name}.${layer}`).subarray(row * width, (row + rows) * width),
      );
    this.memory.append(kept, own('newK'), own('newV'));
  }
}
