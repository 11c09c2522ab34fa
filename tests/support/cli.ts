import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How a process ended, and its output. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Child = ChildProcessByStdio<null, Readable, Readable>;

const running = new Set<Child>();

afterEach(async () => {
  for (const child of [...running]) {
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }
});

interface Started {
  readonly child: Child;
  readonly ended: Promise<Ended>;
  /** The output so far. */
  readonly said: { stdout: string; stderr: string };
}

function start(args: readonly string[], environment: Environment): Started {
  const child = spawn(process.execPath, [main, ...args], {
    // PORT and HOST may be set in the environment of the tests.
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
  return { child, ended, said };
}

/** Runs a command to completion. */
export function randar(args: readonly string[], environment: Environment = {}): Promise<Ended> {
  return start(args, environment).ended;
}

/** Starts a command that is stopped before it completes. */
export function begin(args: readonly string[]): Pick<Serving, 'kill' | 'ended'> {
  const { child, ended } = start(args, {});
  return { kill: (signal) => void child.kill(signal), ended };
}

export interface Serving {
  /** The GraphQL URL, from its output. */
  readonly url: string;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Waits until the text has been printed to standard error. */
  readonly warns: (text: string) => Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Starts `randar serve` and waits until it is ready. */
export async function serve(args: readonly string[], environment: Environment = {}): Promise<Serving> {
  const { child, ended, said } = start(['serve', ...args], environment);
  const hears = async (stream: 'stdout' | 'stderr', text: string): Promise<void> => {
    const early = ended.then(({ stderr }) => {
      if (!said[stream].includes(text)) throw new Error(`the server ended without saying "${text}": ${stderr}`);
    });
    while (!said[stream].includes(text)) await Promise.race([once(child[stream], 'data'), early]);
  };
  await hears('stdout', '\n');
  const url = /http:\S+/.exec(said.stdout)?.[0] ?? '';
  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  return { url, kill, warns: (text) => hears('stderr', text), ended };
}
