import type { KvSlots } from '../worker/protocol.js';
import { freeRuns } from './kv-slots.js';

/** A generation may be passed by this many that fit where it does not; then the others wait until it does. */
export const mostPassing = 8;

/** A generation that waits. */
export interface Waiting {
  readonly client: string;
  /** How many KV slots it needs. */
  readonly kvSlots: number;
  /** How many were admitted before it although it was their turn after it. */
  readonly passedBy: number;
}

/** A generation that has KV slots of a decode worker. */
export interface Running<Worker> {
  readonly client: string;
  readonly worker: Worker;
  readonly slots: KvSlots;
}

/** A decode worker, as far as it matters here. */
export interface Capacity {
  /** All that it has; 0 as long as it cannot work. */
  readonly kvSlots: number;
}

/** The decode workers of a model. */
export interface DecodeWorkers<Worker> {
  /** Computes with all cores: for a generation that comes while nothing runs. */
  readonly lone: Worker;
  /** Share generations as soon as there are several. Where there are none, the lone one takes them all. */
  readonly sharing: readonly Worker[];
}

/** All that it depends on who is admitted next. */
export interface AdmissionState<Entry extends Waiting, Worker extends Capacity> {
  /** In the order in which they came. */
  readonly waiting: readonly Entry[];
  readonly running: readonly Running<Worker>[];
  readonly workers: DecodeWorkers<Worker>;
  /** How many may run at once. */
  readonly maxConcurrent: number;
}

export interface Admission<Entry, Worker> {
  readonly entry: Entry;
  readonly worker: Worker;
  readonly slots: KvSlots;
  /** Those whose turn it was before, and who do not fit yet. */
  readonly passed: readonly Entry[];
}

/**
 * Who is admitted next, where, and to which KV slots; undefined as long as all have to wait.
 *
 * It is fair between clients: each one's generations are admitted in the order in which they came, and the client that
 * has the fewest slots comes first, whoever has waited longest among equals. What does not fit yet lets others pass, a
 * few times. Slots are the first that fit: those at the front are used again and again, and those at the back may never
 * be touched.
 */
export function nextAdmission<Entry extends Waiting, Worker extends Capacity>(
  state: AdmissionState<Entry, Worker>,
): Admission<Entry, Worker> | undefined {
  if (state.running.length >= state.maxConcurrent) return undefined;
  const rooms = workersInTurn(state).map((worker) => ({
    worker,
    free: freeRuns(worker.kvSlots, lentBy(worker, state)),
  }));
  const passed: Entry[] = [];
  for (const entry of entriesInTurn(state)) {
    const count = entry.kvSlots;
    for (const { worker, free } of rooms) {
      const run = free.find((each) => each.count >= count);
      if (run) return { entry, worker, slots: { from: run.from, count }, passed };
    }
    if (entry.passedBy >= mostPassing) return undefined;
    passed.push(entry);
  }
  return undefined;
}

/** The first of each client's, the client first that has the fewest slots. */
function entriesInTurn<Entry extends Waiting>({ waiting, running }: AdmissionState<Entry, Capacity>): Entry[] {
  const used = new Map<string, number>();
  for (const { client, slots } of running) used.set(client, (used.get(client) ?? 0) + slots.count);
  const first = new Map<string, Entry>();
  for (const entry of waiting) if (!first.has(entry.client)) first.set(entry.client, entry);
  return [...first.values()].sort((a, b) => (used.get(a.client) ?? 0) - (used.get(b.client) ?? 0));
}

/** Who is to take the next generation, the first with room: of those that share, the one with the fewest. */
function workersInTurn<Worker extends Capacity>({
  running,
  workers: { lone, sharing },
}: AdmissionState<Waiting, Worker>): Worker[] {
  if (sharing.length === 0) return [lone];
  const generations = new Map<Worker, number>();
  for (const { worker } of running) generations.set(worker, (generations.get(worker) ?? 0) + 1);
  const inTurn = [...sharing].sort((a, b) => (generations.get(a) ?? 0) - (generations.get(b) ?? 0));
  return running.length === 0 ? [lone, ...inTurn] : inTurn;
}

function lentBy<Worker extends Capacity>(worker: Worker, { running }: AdmissionState<Waiting, Worker>): KvSlots[] {
  return running.filter((each) => each.worker === worker).map(({ slots }) => slots);
}

/** Those that wait when somebody has been admitted. */
export function waitingAfter<Entry extends Waiting>(
  waiting: readonly Entry[],
  { entry: admitted, passed }: Pick<Admission<Entry, unknown>, 'entry' | 'passed'>,
): Entry[] {
  return waiting
    .filter((entry) => entry !== admitted)
    .map((entry) => (passed.includes(entry) ? { ...entry, passedBy: entry.passedBy + 1 } : entry));
}
