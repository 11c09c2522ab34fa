import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export type PreviewMode = 'NONE' | 'MOSAIC' | 'DECODED';

/** The previews a subscriber requests, and their form. */
export interface PreviewChoice {
  readonly mode: PreviewMode;
  readonly picture: 'url' | 'dataUri';
}

/** As seen by the subscriber, from its subscribe message on. */
export interface Timing {
  readonly firstStepMs: number;
  readonly totalMs: number;
  readonly previews: number;
}

/** One WebSocket. */
export interface Subscriber {
  draw(label: string, seed: number, previews: PreviewChoice): Promise<Timing>;
  close(): Promise<void>;
}

/** A server in a process of its own, and its first subscriber. */
export interface Served extends Subscriber {
  readonly cells: number;
  /** Opens another one. */
  subscriber(): Subscriber;
}

const subscription = (picture: PreviewChoice['picture']) => `subscription ($input: GenerateInput!) {
  generate(input: $input) {
    __typename sequence elapsedMs
    ... on StepDecoded { step totalSteps images { index positions tokens probabilities decoded } }
    ... on PreviewRendered { step index image { ${picture} } }
    ... on GenerationCompleted { images { seed grid: tokens { values } } }
    ... on GenerationFailed { error { message } }
  }
}`;

interface Event {
  readonly __typename: string;
  readonly images?: readonly { readonly tokens: { readonly values: readonly number[] } }[];
}

/** @param options Command line options besides the port. */
export async function startServed(options: readonly string[] = []): Promise<Served> {
  const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (line: Buffer) => {
      const address = /http:\S+/.exec(line.toString())?.[0];
      if (address) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with exit code ${code}`)));
  });
  const first = subscribe(url);
  return {
    cells: 256,
    draw: (...picture) => first.draw(...picture),
    subscriber: () => subscribe(url),
    close: async () => {
      await first.close();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function subscribe(url: string): Subscriber {
  const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, lazy: false });
  const draw: Subscriber['draw'] = async (label, seed, { mode, picture }) => {
    const input = { label: { name: label }, seed, preview: { mode } };
    const began = performance.now();
    let firstStepMs = NaN;
    let previews = 0;
    for await (const { data, errors } of client.iterate<{ generate: Event }>({
      query: subscription(picture),
      variables: { input },
    })) {
      if (errors) throw new Error(JSON.stringify(errors));
      const event = data?.generate.__typename;
      if (event === 'StepDecoded' && Number.isNaN(firstStepMs)) firstStepMs = performance.now() - began;
      if (event === 'PreviewRendered') previews++;
      if (event === 'GenerationFailed') throw new Error(JSON.stringify(data));
    }
    return { firstStepMs, totalMs: performance.now() - began, previews };
  };

  return { draw, close: async () => client.dispose() };
}
