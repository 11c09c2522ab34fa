import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a process ended, and all that it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;
type Child = ChildProcessByStdio<null, Readable, Readable>;

const running = new Set<Child>();

afterEach(async () => {
  for (const child of [...running]) {
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }
});

function start(args: readonly string[], environment: Environment): { child: Child; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [main, ...args], {
    // Where the tests run, PORT and HOST may be set for something else.
    env: { ...process.env, PORT: undefined, HOST: undefined, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
  }
  const ended = once(child, 'close').then(([code, signal]) => {
    running.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, ...said };
  });
  return { child, ended };
}

/** Runs a command to its end. */
export function randar(args: readonly string[], environment: Environment = {}): Promise<Ended> {
  return start(args, environment).ended;
}

/** Begins a command that is told to end before it does. */
export function begin(args: readonly string[]): Pick<Serving, 'kill' | 'ended'> {
  const { child, ended } = start(args, {});
  return { kill: (signal) => void child.kill(signal), ended };
}

export interface Serving {
  /** Of its GraphQL endpoint, from what it printed. */
  readonly url: string;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** The next text on standard error. */
  readonly nextError: () => Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Starts `randar serve` and waits until it says that it is ready. */
export async function serve(args: readonly string[], environment: Environment = {}): Promise<Serving> {
  const { child, ended } = start(['serve', ...args], environment);
  const early = ended.then(({ stderr }) => {
    throw new Error(`the server ended before it was ready: ${stderr}`);
  });
  const [line] = (await Promise.race([once(child.stdout, 'data'), early])) as [string];
  const url = /http:\S+/.exec(line)?.[0] ?? '';
  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  return { url, kill, nextError: async () => ((await once(child.stderr, 'data')) as [string])[0], ended };
}
