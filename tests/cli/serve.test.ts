import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { fakeCuda, readReport } from '../support/fake-cuda/fake-cuda.js';
import { goldenModels } from '../support/goldens/models.js';
import { generateSubscription, overWebSocket, post, readEvents, type SubscribedEvent } from '../support/server.js';
import { randar, serve, type Serving } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let models: string;
beforeAll(async () => (models = await goldenModels()));
afterAll(() => rm(models, { recursive: true }));

async function occupy(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** Outside the range the system assigns automatically, so that no other program gets it first. */
async function freePort(): Promise<number> {
  for (let port = 20_000 + (process.pid % 10_000); ; port++) {
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

describe('randar serve', () => {
  it('prints its URL in one line, and answers there', async () => {
    const serving = await serve(['--port', '0', '--models', models]);
    const { data } = await post<{ models: { id: string }[] }>(serving.url, '{ models { id } }');
    expect(data?.models.map(({ id }) => id)).toEqual(['square4', 'square8']);
    serving.kill('SIGTERM');
    const { stdout } = await serving.ended;
    expect(stdout).toMatch(
      /^randar: serving square4, square8 on cpu at http:\/\/127\.0\.0\.1:\d+\/graphql \(studio: http:\/\/127\.0\.0\.1:\d+\)\n$/,
    );
  });

  it('listens on PORT and HOST', async () => {
    const port = await freePort();
    const { url } = await serve(['--models', models], { PORT: String(port), HOST: 'localhost' });
    expect(url).toBe(`http://localhost:${port}/graphql`);
    expect((await post(url, '{ models { id } }')).errors).toBeUndefined();
  });

  it('prefers options to the environment', async () => {
    const { server, port } = await occupy();
    const { url } = await serve(['--models', models, '--port', '0', '--host', '127.0.0.1'], {
      PORT: String(port),
      HOST: 'no.such.host.invalid',
    });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
    expect(url).not.toContain(`:${port}/`);
    server.close();
  });

  it('lists the model given by --model first', async () => {
    const { url } = await serve(['--port', '0', '--models', models, '--model', 'square8']);
    const { data } = await post<{ model: { id: string } }>(url, '{ model { id } }');
    expect(data?.model.id).toBe('square8');
  });

  it('returns picture URLs under --public-url', async () => {
    const serving = await serve(['--port', '0', '--models', models, '--public-url', 'https://pictures.example/']);
    const events = await readEvents(
      overWebSocket(serving.url, generateSubscription, { input: { label: { index: 1 } } }),
    );
    expect(JSON.stringify(events.at(-1))).toContain('"url":"https://pictures.example/pictures/');
  });
});

describe.runIf(fakeCuda)('randar serve on a GPU', () => {
  it('says where pictures are computed, and why not there', async () => {
    const serving = await serve(['--port', '0', '--device', 'cuda', '--memory', '0.1'], {
      RANDAR_CUDA_LIBRARIES: fakeCuda?.folder,
    });
    serving.kill('SIGTERM');
    const { code, stdout, stderr } = await serving.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('on cuda:0 at http') as string });
    expect(stderr).toContain('; pictures on cpu: no cuDNN; npx randar setup-cuda --pixels\n');
  });

  it('draws pictures together, cancels one, and lets go of the GPU', async () => {
    const report = join(temporaryFolder('cuda-report'), 'report.json');
    const serving = await serve(['--port', '0', '--device', 'cuda', '--memory', '0.3'], {
      RANDAR_CUDA_LIBRARIES: fakeCuda?.folder,
      FAKE_CUDA_REPORT: report,
    });
    const steps = (events: readonly SubscribedEvent[]) =>
      events.flatMap(({ step }) => (step === undefined ? [] : [step]));
    const subscribe = (more: object = {}) => {
      const input = { label: { name: 'rocket' }, steps: 88, preview: { mode: 'NONE' }, ...more };
      return overWebSocket(serving.url, generateSubscription, { input });
    };
    const cancel = 'mutation ($id: ID!) { cancelGeneration(id: $id) { id } }';
    const cancels: Promise<unknown>[] = [];
    const [whole, cancelled] = await Promise.all([
      readEvents(subscribe()),
      // Of twice the size and drawn by top-p on the host: it takes far longer than being cancelled.
      readEvents(
        subscribe({ count: 4, steps: 256, topP: 0.9, size: { factor: 2 } }),
        ({ step, generation: { id } }) => {
          if (step === 1) cancels.push(post(serving.url, cancel, { id }));
          return undefined;
        },
      ),
    ]);
    await Promise.all(cancels);
    expect(whole.at(-1)?.__typename).toBe('GenerationCompleted');
    expect(steps(whole)).toEqual(Array.from({ length: 88 }, (_, i) => i + 1));
    expect(cancelled.at(-1)?.__typename).toBe('GenerationCancelled');
    expect(steps(cancelled)).toContain(1);
    // Its KV slots are lent again.
    expect((await readEvents(subscribe())).at(-1)?.__typename).toBe('GenerationCompleted');
    serving.kill('SIGTERM');
    expect(await serving.ended).toMatchObject({ code: 0 });
    const { held, faults } = readReport(report);
    expect(faults).toEqual([]);
    expect(Object.values(held).every((count) => count === 0)).toBe(true);
  });
});

const shuttingDown =
  'randar: shutting down: waiting up to 10 s for running generations; send the signal again to stop now\n';
const plan =
  'randar: emoji: 8.1 MB of int8 weights; up to 84.0 MB of KV cache, 10 KV slots of 8.4 MB, enough for 5 ' +
  'pictures with guidance; decodes up to 7 generations at once in 1 decode worker\n';

/** Uses the built-in model, whose steps are slow enough for a signal to arrive during one. */
async function draw(serving: Serving, more: object, atFirstStep: () => void): Promise<SubscribedEvent[]> {
  const input = { label: { name: 'rocket' }, preview: { mode: 'NONE' }, ...more };
  return readEvents(overWebSocket(serving.url, generateSubscription, { input }), ({ step }) => {
    if (step === 1) atFirstStep();
    return undefined;
  });
}

describe('randar serve on a signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('finishes running generations and exits with 0: %s', async (signal) => {
    const serving = await serve(['--port', '0', '--memory', '0.09', '--concurrent', '7', '--decode-workers', '1']);
    const events = await draw(serving, { steps: 16 }, () => serving.kill(signal));
    expect(events.at(-1)?.__typename).toBe('GenerationCompleted');
    expect(await serving.ended).toMatchObject({ code: 0, signal: null, stderr: plan + shuttingDown });
  });

  it.each([
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGINT'],
  ] as const)('twice ends at once and quietly in the middle of a step: %s, %s', async (first, second) => {
    const serving = await serve(['--port', '0']);
    const events = draw(serving, { count: 16, steps: 256 }, () => serving.kill(first));
    const dropped = expect(events).rejects.toBeDefined();
    await serving.warns(shuttingDown);
    serving.kill(second);
    expect(await serving.ended).toMatchObject({
      code: null,
      signal: second,
      stderr: expect.stringContaining(shuttingDown) as string,
    });
    await dropped;
  });

  it('ends while idle, even if a client is connected', async () => {
    const serving = await serve(['--port', '0', '--models', models]);
    const socket = new WebSocket(serving.url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    const [acknowledged, closed] = [once(socket, 'message'), once(socket, 'close')];
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await acknowledged;
    serving.kill('SIGTERM');
    await closed;
    expect(await serving.ended).toMatchObject({ code: 0, signal: null });
  });
});

describe('randar serve fails with one line', () => {
  const refusal = async (args: readonly string[], environment = {}): Promise<string> => {
    const { code, stdout, stderr } = await randar(['serve', ...args], environment);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    return stderr;
  };

  it('for a port that is in use', async () => {
    const { server, port } = await occupy();
    expect(await refusal(['--models', models, '--port', String(port)])).toBe(
      `randar: port ${port} of 127.0.0.1 is already in use; choose another with --port or PORT\n`,
    );
    server.close();
  });

  it('for a host that is not an address of this machine', async () => {
    const args = ['--models', models, '--port', '0'];
    // 192.0.2.0/24 is reserved for documentation, so no machine has this address.
    expect(await refusal([...args, '--host', '192.0.2.1'])).toContain('192.0.2.1 is not an address of this machine');
  });

  it.each([
    [['--port', '65536'], 'Expected a whole number from 0 to 65535.'],
    [['--port', ''], 'Expected a whole number from 0 to 65535.'],
    [['--max-queued', '-1'], 'Expected a whole number from 0 to'],
    [['--public-url', 'pictures.example'], 'Expected a URL such as https://'],
    [['--device', 'tpu'], 'Expected cpu, cuda, cuda:N or webgpu, got "tpu".'],
    [['now'], 'too many arguments'],
  ])('for %j', async (args, says) => {
    expect(await refusal(args)).toContain(says);
  });

  it('for an invalid PORT', async () => {
    expect(await refusal([], { PORT: 'http' })).toContain("value 'http' from env 'PORT' is invalid");
  });

  it('for a missing model', async () => {
    expect(await refusal(['--models', models, '--model', 'cats'])).toBe(
      `randar: no model "cats" in ${models}; available: "square4", "square8"\n`,
    );
  });

  it('for a missing models directory', async () => {
    const folder = join(models, 'nowhere');
    const says = await refusal(['--models', folder]);
    expect(says).toContain(`randar: cannot read models directory ${folder} (ENOENT: `);
  });

  it.each<[string, string, (text: string) => string, string]>([
    ['a model.json that is not JSON', 'model.json', (text) => text.slice(0, 20), 'is not JSON'],
    ['a wrong field', 'model.json', (text) => text.replace('"randar"', '"gpt"'), 'family: '],
    ['labels that are none', 'labels.json', () => '[]', 'the file: '],
    ['broken weights', 'transformer.safetensors', () => 'broken', ''],
  ])('for %s', async (_, file, edit, says) => {
    const broken = await goldenModels();
    const path = join(broken, 'square4', file);
    await writeFile(path, edit(await readFile(path, 'latin1')), 'latin1');
    const told = await refusal(['--models', broken, '--port', '0']);
    expect(told).toContain(`randar: ${path}`);
    expect(told).toContain(says);
    await rm(broken, { recursive: true });
  });
});
