import type { FinishedGeneration, GenerateInput } from 'randar-client';
import { formatAddress, parseAddress } from './address.js';
import { connect, type Connection } from './connection.js';
import { openHistory, type DrawnHistory } from './history.js';
import { emptyPlayback, isOver, play, type Playback } from './playback.js';
import { troubleOf, type Trouble } from './trouble.js';
import { createValue, type Value } from './value.js';

/** The page's state, apart from its controls. */
export interface Session extends Connection {
  readonly history: DrawnHistory;
  /** Playbacks of all generations that are shown or unfinished. */
  readonly playbacks: Value<ReadonlyMap<string, Playback>>;
  /** Why a generation cannot be followed, by id. */
  readonly troubles: Value<ReadonlyMap<string, Trouble>>;
  /** One generation, or two side by side. */
  readonly shown: Value<readonly string[]>;
  /** The generations the server keeps, newest first. */
  readonly kept: Value<readonly FinishedGeneration[]>;
  /** Generations started since the page was loaded; they are played from the beginning. */
  readonly begun: ReadonlySet<string>;

  /** Queues the inputs and shows them. @throws RandarError if the server rejects one. */
  draw(inputs: readonly GenerateInput[]): Promise<void>;
  show(ids: readonly string[]): void;
  cancel(ids: readonly string[]): Promise<void>;
  refreshKept(): Promise<void>;
}

const keptShown = 48;
const refreshEveryMs = 10_000;

export function openSession(url: string): Session {
  const { client, state } = connect(url);
  const history = openHistory(sessionStorage);
  const playbacks = createValue<ReadonlyMap<string, Playback>>(new Map());
  const troubles = createValue<ReadonlyMap<string, Trouble>>(new Map());
  const shown = createValue<readonly string[]>([]);
  const kept = createValue<readonly FinishedGeneration[]>([]);
  const begun = new Set<string>();
  const followed = new Map<string, AbortController>();

  /** Events arrive faster than frames: they are folded one by one, but published once per frame. */
  const newest = new Map<string, Playback>();
  const waiting = new Set<string>();
  function tell(id: string): void {
    if (waiting.size === 0) requestAnimationFrame(tellAll);
    waiting.add(id);
  }
  function tellAll(): void {
    waiting.clear();
    playbacks.set(new Map(newest));
  }

  async function follow(id: string): Promise<void> {
    if (followed.has(id)) return;
    const leave = new AbortController();
    followed.set(id, leave);
    troubles.update((map) => without(map, id));
    let playback = newest.get(id) ?? emptyPlayback(id);
    newest.set(id, playback);
    tell(id);
    const byAddress = { url: true, dataUri: false };
    const options = { after: playback.sequence, signal: leave.signal, previews: byAddress, images: byAddress };
    try {
      for await (const event of client.follow(id, options)) {
        playback = play(playback, event);
        newest.set(id, playback);
        tell(id);
      }
      void session.refreshKept();
    } catch (error) {
      if (!leave.signal.aborted) troubles.update((map) => new Map(map).set(id, troubleOf(error)));
    } finally {
      if (followed.get(id) === leave) followed.delete(id);
      forgetUnseen();
    }
  }

  /** Drops finished generations that are not shown; they are fetched again when needed. */
  function forgetUnseen(): void {
    for (const [id, playback] of newest) {
      if (shown.get().includes(id) || (!isOver(playback) && followed.has(id))) continue;
      newest.delete(id);
      tell(id);
    }
  }

  function showAddress(): void {
    const { generations } = parseAddress(location.hash);
    shown.set(generations);
    for (const [id, leave] of followed) {
      if (generations.includes(id) || begun.has(id)) continue;
      leave.abort();
      followed.delete(id);
    }
    forgetUnseen();
    for (const id of generations) {
      const playback = newest.get(id);
      if (!playback || !isOver(playback)) void follow(id);
    }
  }

  const session: Session = {
    client,
    state,
    history,
    playbacks,
    troubles,
    shown,
    kept,
    begun,
    draw: async (inputs) => {
      const generations = await Promise.all(inputs.map((input) => client.queue(input)));
      for (const { id, input } of generations) {
        begun.add(id);
        history.add({ id, input });
        void follow(id);
      }
      session.show(generations.map(({ id }) => id));
      void session.refreshKept();
    },
    show: (ids) => {
      const hash = formatAddress({ generations: ids });
      if (hash === location.hash) return;
      window.history.pushState(null, '', hash === '' ? location.pathname : hash);
      showAddress();
    },
    cancel: async (ids) => {
      await Promise.all(ids.map((id) => client.cancel(id)));
    },
    refreshKept: async () => {
      try {
        const page = await client.generations({ first: keptShown, images: { url: true, dataUri: false } });
        kept.set(page.edges.map(({ node }) => node));
      } catch (error) {
        // A lost connection is shown elsewhere; the list is refreshed next time.
        console.info(troubleOf(error).title);
      }
    },
  };

  window.addEventListener('popstate', showAddress);
  window.addEventListener('hashchange', showAddress);
  state.subscribe(() => {
    if (state.get() === 'open') void session.refreshKept();
  });
  setInterval(() => {
    if (!document.hidden) void session.refreshKept();
  }, refreshEveryMs);
  showAddress();
  void session.refreshKept();
  return session;
}

function without<Key, Item>(map: ReadonlyMap<Key, Item>, key: Key): ReadonlyMap<Key, Item> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
