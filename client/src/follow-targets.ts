import { orAborted } from './abort.js';
import type { Connection } from './operation.js';
import type { FollowTarget } from './events.js';
import {
  CancelGenerationDocument,
  FollowGenerationDocument,
  QueueGenerationDocument,
  type GenerateInput,
} from './generated/operations.js';
import { inlineImages } from './image.js';
import { pictureVariables, type PictureOptions } from './picture-form.js';

/** Whoever leaves waits no longer than this for a server that may be gone. */
const cancelWithinMs = 5_000;

/** Generations that this client follows, and those that it began and is to stop. */
export interface FollowTargets {
  /** A generation that is begun when its events are first asked for, and stopped where they are left. */
  readonly begun: (input: GenerateInput, pictures: PictureOptions) => FollowTarget;
  /** A generation that is there already, and is left alone. */
  readonly followed: (id: string, after: number, pictures: PictureOptions) => FollowTarget;
  /** When all that were left by now are stopped. */
  readonly stopped: () => Promise<void>;
}

export function followTargetsOver(connection: Connection): FollowTargets {
  const stopping = new Set<Promise<void>>();
  return {
    begun: (input, pictures) => {
      const isKept = input.keep === true;
      return {
        // Not by the subscription: its id comes with its first event, and the server stops it with the connection.
        begin: async (stop) => {
          const variables = { input: await orAborted(inlineImages(input), stop) };
          stop.throwIfAborted();
          const queued = connection.request({ document: QueueGenerationDocument, variables });
          let left: Promise<void> | undefined;
          const leave = () => void (left = cancel(queued.then(({ generate }) => generate.id)));
          if (!isKept) stop.addEventListener('abort', leave, { once: true });
          try {
            return (await orAborted(queued, stop)).generate.id;
          } finally {
            stop.removeEventListener('abort', leave);
            await left;
          }
        },
        after: 0,
        open: (id, after, stop) => events(id, after, pictures, stop),
        onLeave: (id) => (isKept ? Promise.resolve() : cancel(Promise.resolve(id))),
      };
    },
    followed: (id, after, pictures) => ({
      begin: () => Promise.resolve(id),
      after,
      open: (again, from, stop) => events(again, from, pictures, stop),
      onLeave: () => Promise.resolve(),
    }),
    stopped: async () => {
      await Promise.all(stopping);
    },
  };

  async function* events(id: string, after: number, pictures: PictureOptions, stop: AbortSignal) {
    const variables = { id, after, ...pictureVariables(pictures) };
    const results = connection.iterate({ document: FollowGenerationDocument, variables }, stop);
    for await (const { generation } of results) yield generation;
  }

  async function cancel(id: Promise<string>): Promise<void> {
    const cancelled = cancelQuietly(connection, id);
    stopping.add(cancelled);
    await cancelled.finally(() => stopping.delete(cancelled));
  }
}

/** Whoever leaves cannot do anything about a cancel that fails: the connection, the token or the generation is gone. */
async function cancelQuietly(connection: Connection, known: Promise<string>): Promise<void> {
  const late = AbortSignal.timeout(cancelWithinMs);
  try {
    const variables = { id: await orAborted(known, late) };
    await connection.request({ document: CancelGenerationDocument, variables }, late);
  } catch {
    // What ended the events is what is thrown.
  }
}
