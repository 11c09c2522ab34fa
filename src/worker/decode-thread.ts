import { setImmediate as nextTurn } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import type { DecodingChain } from '../decoding/decoding-chain.js';
import { Turns } from '../decoding/turns.js';
import { openDeviceSession, openHostSession, type DecodeSession } from '../model/decode-session.js';
import { traitsOf } from '../runtime/device.js';
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
 * Owns the transformer's session, the KV memory and sampling: logits never leave this thread. Generations share runs of
 * the step graph: each joins with the next run, and leaves when it is finished or cancelled.
 */

const send = sender<FirstMessage<TransformerFacts> | FromDecodeThread>();
const data = workerData as DecodeThreadData;

interface Member<Inputs, Cache> {
  readonly id: string;
  readonly chain: DecodingChain<Inputs, Cache>;
}

try {
  const { device, manifest, kvBytes, threads } = data;
  if (traitsOf(device).decodesOnDevice) decodeWith(await openDeviceSession(manifest, device, kvBytes));
  else decodeWith(await openHostSession(manifest, { device, threads, spinning: true }, kvBytes));
} catch (error) {
  send({ type: 'unusable', error: threadError(error) });
}

/** Handles messages until the thread is told to close. */
function decodeWith<Inputs, Cache>(session: DecodeSession<Inputs, Cache>): void {
  const turns = new Turns<Member<Inputs, Cache>>();
  /** By id; undefined while a generation is being prepared. */
  const members = new Map<string, Member<Inputs, Cache> | undefined>();
  let isRunning = false;

  listen<ToDecodeThread>(
    (message) => {
      if (message.type === 'cancel') end(message.id);
      else void begin(message).then(runAll);
    },
    async () => {
      turns.clear();
      members.clear();
      await session.close();
    },
  );
  const { shape, precision, weightBytes, kvSlots, kvSlotBytes } = session;
  send({ type: 'ready', facts: { shape, precision, weightBytes, kvSlots, kvSlotBytes } });

  async function begin({ id, request, enlarging, slots }: AdmitMessage): Promise<void> {
    members.set(id, undefined);
    try {
      const chain = await session.begin(request, enlarging, slots);
      // Cancelled in the meantime.
      if (!members.has(id)) return;
      const member = { id, chain };
      members.set(id, member);
      turns.join(member);
      send({ type: 'started', id });
    } catch (error) {
      end(id, threadError(error));
    }
  }

  /** No effect if it has already ended. */
  function end(id: string, error?: ThreadError): void {
    const member = members.get(id);
    if (member) turns.leave(member);
    if (members.delete(id)) send({ type: 'ended', id, ...(error ? { error } : {}) });
  }

  async function runAll(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    while (turns.size > 0) {
      await runOnce(turns.take(session.maxLanes));
      // A run blocks this thread, so messages arrive only between runs.
      await nextTurn();
    }
    isRunning = false;
  }

  async function runOnce(taking: readonly Member<Inputs, Cache>[]): Promise<void> {
    try {
      const decoded = await session.step(taking.map(({ chain }) => chain));
      const steps = taking.flatMap(({ id }, i) => (members.has(id) ? [{ id, images: decoded[i] ?? [] }] : []));
      send({ type: 'stepped', steps });
      for (const { id, chain } of taking) if (chain.isDone) end(id);
    } catch (error) {
      for (const { id } of taking) end(id, threadError(error));
    }
  }
}
