import type { KvSlots } from '../worker/protocol.js';
import { freeRuns } from './kv-slots.js';

/** A generation that does not fit lets this many others pass; then they wait until it fits. */
export const mostPassing = 8;

/** A queued generation. */
export interface Waiting {
  readonly client: string;
  /** The number of KV slots it needs. */
  readonly kvSlots: number;
  /** How many generations were admitted before it although it was their turn later. */
  readonly passedBy: number;
}

/** A generation that holds KV slots of a decode worker. */
export interface Running<Worker> {
  readonly client: string;
  readonly worker: Worker;
  readonly slots: KvSlots;
}

/** The part of a decode worker that admission needs. */
export interface Capacity {
  /** All its slots; 0 while it cannot work. */
  readonly kvSlots: number;
}

/** The decode workers of a model. */
export interface DecodeWorkers<Worker> {
  /** Uses all cores; for a generation that arrives while nothing runs. */
  readonly lone: Worker;
  /** Used as soon as there are several generations. If empty, the lone worker takes them all. */
  readonly sharing: readonly Worker[];
}

/** Everything that determines who is admitted next. */
export interface AdmissionState<Entry extends Waiting, Worker extends Capacity> {
  /** In order of arrival. */
  readonly waiting: readonly Entry[];
  readonly running: readonly Running<Worker>[];
  readonly workers: DecodeWorkers<Worker>;
  /** How many generations may run at once. */
  readonly maxConcurrent: number;
}

export interface Admission<Entry, Worker> {
  readonly entry: Entry;
  readonly worker: Worker;
  readonly slots: KvSlots;
  /** Generations whose turn came earlier but that do not fit yet. */
  readonly passed: readonly Entry[];
}

/**
 * Decides who is admitted next, to which worker and which KV slots; undefined if everybody has to wait.
 *
 * Fair between clients: a client's generations are admitted in order of arrival, and the client that holds the fewest
 * slots is next, the longest wait breaking ties. A generation that does not fit lets a few others pass. Slots are first
 * fit, so those at the front are reused and the memory of those at the back may never be touched.
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

/** Each client's first generation, by how few slots the client holds. */
function entriesInTurn<Entry extends Waiting>({ waiting, running }: AdmissionState<Entry, Capacity>): Entry[] {
  const used = new Map<string, number>();
  for (const { client, slots } of running) used.set(client, (used.get(client) ?? 0) + slots.count);
  const first = new Map<string, Entry>();
  for (const entry of waiting) if (!first.has(entry.client)) first.set(entry.client, entry);
  return [...first.values()].sort((a, b) => (used.get(a.client) ?? 0) - (used.get(b.client) ?? 0));
}

/** The workers that may take the next generation, in order of preference: of those that share, the least busy first. */
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

/** The queue after an admission. */
export function waitingAfter<Entry extends Waiting>(
  waiting: readonly Entry[],
  { entry: admitted, passed }: Pick<Admission<Entry, unknown>, 'entry' | 'passed'>,
): Entry[] {
  return waiting
    .filter((entry) => entry !== admitted)
    .map((entry) => (passed.includes(entry) ? { ...entry, passedBy: entry.passedBy + 1 } : entry));
}
