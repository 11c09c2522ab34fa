import { setImmediate as nextTurn } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { DecodingChain } from '../decoding/decoding-chain.js';
import { KvMemory, kvSlotBytes } from '../decoding/kv-cache.js';
import { Turns } from '../decoding/turns.js';
import type { Transformer } from '../family/transformer.js';
import { loadTransformer } from '../model/transformer-file.js';
import { maxLanes } from '../runtime/step-session.js';
import { listen, sender, threadError } from './port.js';
import type {
  AdmitMessage,
  DecodeThreadData,
  FirstMessage,
  FromDecodeThread,
  ThreadError,
  ToDecodeThread,
  TransformerFacts,
} from './protocol.js';

/**
 * Owns the transformer's session, the KV memory and the sampling: logits never leave this thread. Generations share
 * runs of the step graph: one joins at the next run, and leaves when it is finished or cancelled.
 */

const send = sender<FirstMessage<TransformerFacts> | FromDecodeThread>();
const data = workerData as DecodeThreadData;

interface Member {
  readonly id: string;
  readonly chain: DecodingChain;
}

const turns = new Turns<Member>();
/** By id; undefined as long as one is being prepared. */
const members = new Map<string, Member | undefined>();

try {
  const transformer = await loadTransformer(data.manifest, {
    device: data.device,
    threads: data.threads,
    spinning: true,
  });
  const memory = allocate(transformer);
  let isRunning = false;
  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    await runAll(transformer);
    isRunning = false;
  };
  const take = (message: ToDecodeThread): void => {
    if (message.type === 'cancel') end(message.id);
    else void begin(message, transformer, memory).then(run);
  };
  const stop = (): void => {
    turns.clear();
    members.clear();
  };
  listen(take, stop);
  const { shape, precision, weightBytes } = transformer;
  send({
    type: 'ready',
    facts: { shape, precision, weightBytes, kvSlots: memory.slots, kvSlotBytes: kvSlotBytes(shape, memory.positions) },
  });
} catch (error) {
  send({ type: 'unusable', error: threadError(error) });
}

/** @throws RangeError where not even one slot fits */
function allocate({ shape, positions }: Transformer): KvMemory {
  const slotBytes = kvSlotBytes(shape, positions);
  const slots = Math.floor(data.kvBytes / slotBytes);
  if (slots > 0) return new KvMemory(shape, positions, slots);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  throw new RangeError(
    `model ${data.manifest.id}: a slot of its KV cache takes ${megabytes(slotBytes)} MB, and it may take ` +
      `${megabytes(data.kvBytes)}: give it more memory (--memory)`,
  );
}

async function begin(
  { id, request, enlarging, slots }: AdmitMessage,
  transformer: Transformer,
  memory: KvMemory,
): Promise<void> {
  members.set(id, undefined);
  try {
    const layout = await transformer.layout(request);
    // Cancelled in the meantime.
    if (!members.has(id)) return;
    const cacheFor = (sequences: number) => memory.cache(slots.from, slots.count, sequences);
    const { enlargedLayout } = transformer;
    const member = { id, chain: new DecodingChain({ layout, enlargedLayout, cacheFor }, request, enlarging) };
    members.set(id, member);
    turns.join(member);
    send({ type: 'started', id });
  } catch (error) {
    end(id, threadError(error));
  }
}

/** Does nothing where it has ended already. */
function end(id: string, error?: ThreadError): void {
  const member = members.get(id);
  if (member) turns.leave(member);
  if (members.delete(id)) send({ type: 'ended', id, ...(error ? { error } : {}) });
}

async function runAll(transformer: Transformer): Promise<void> {
  while (turns.size > 0) {
    await runOnce(turns.take(maxLanes), transformer);
    // A run blocks this thread, so messages come in between runs only.
    await nextTurn();
  }
}

async function runOnce(taking: readonly Member[], { session }: Transformer): Promise<void> {
  try {
    const logits = await session.run(taking.map(({ chain }) => chain.next()));
    const steps = taking.flatMap(({ id, chain }, i) =>
      members.has(id) ? [{ id, images: chain.apply(logits[i] ?? new Float32Array(0)) }] : [],
    );
    send({ type: 'stepped', steps });
    for (const { id, chain } of taking) if (chain.isDone) end(id);
  } catch (error) {
    for (const { id } of taking) end(id, threadError(error));
  }
}
