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

/** How long leaving waits for a server that may be gone. */
const cancelWithinMs = 5_000;

/** The generations this client follows, including those it started and must stop. */
export interface FollowTargets {
  /** A generation that starts with its first event request and is cancelled when left. */
  readonly begun: (input: GenerateInput, pictures: PictureOptions) => FollowTarget;
  /** An existing generation, which is not affected when left. */
  readonly followed: (id: string, after: number, pictures: PictureOptions) => FollowTarget;
  /** Resolves when all generations left so far are cancelled. */
  readonly stopped: () => Promise<void>;
}

export function followTargetsOver(connection: Connection): FollowTargets {
  const stopping = new Set<Promise<void>>();
  return {
    begun: (input, pictures) => {
      const isKept = input.keep === true;
      return {
        // Not started by the subscription: its id would come with the first event, and the server would stop it with
        // the connection.
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

/** A failed cancel cannot be helped: the connection, the token or the generation is gone. */
async function cancelQuietly(connection: Connection, known: Promise<string>): Promise<void> {
  const late = AbortSignal.timeout(cancelWithinMs);
  try {
    const variables = { id: await orAborted(known, late) };
    await connection.request({ document: CancelGenerationDocument, variables }, late);
  } catch {
    // The caller gets the error that ended the events, if any.
  }
}
