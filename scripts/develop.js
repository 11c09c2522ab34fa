import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs server and page from source: the server restarts after each change that compiles, and the page updates in place.
 *
 * @param {readonly string[]} args Arguments of `randar serve`.
 */
export async function develop(args) {
  // The server serves the built page itself, and first starts from dist/.
  build();
  const server = new RestartingServer(args);
  const address = await server.start();
  await compileOnChange(() => void server.restart());
  const page = await servePage(address);
  console.log(`dev: page at ${page}, reloading; API at ${address}/graphql, started again after each change`);
}

class RestartingServer {
  #args;
  #isPortKnown = false;
  #child;
  #restarting = Promise.resolve();

  constructor(args) {
    this.#args = args;
    process.once('exit', () => this.#child?.kill('SIGKILL'));
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit());
  }

  /** Resolves to the server's address once it is ready. Restarts use the same port. */
  async start() {
    const child = spawn(process.execPath, ['bin/randar.js', 'serve', ...this.#args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    child.stdout.setEncoding('utf8').pipe(process.stdout);
    child.once('exit', (code) => {
      if (this.#child === child)
        console.error(`dev: the server ended with exit code ${code}; the next change starts it`);
    });
    let said = '';
    const ready = new Promise((resolve, reject) => {
      child.stdout.on('data', (text) => {
        said += text;
        const [address] = /http:\/\/[^/\s]+/.exec(said) ?? [];
        if (address !== undefined) resolve(address);
      });
      child.once('exit', () => reject(new Error('The server did not start.')));
    });
    const address = await ready;
    if (!this.#isPortKnown) this.#args = [...this.#args, '--port', new URL(address).port];
    this.#isPortKnown = true;
    return address;
  }

  /** Ends the process at once: after a change nobody waits for its pictures. */
  restart() {
    this.#restarting = this.#restarting.then(async () => {
      const old = this.#child;
      this.#child = undefined;
      if (old.exitCode === null && old.signalCode === null) {
        const ended = once(old, 'exit');
        old.kill('SIGKILL');
        await ended;
      }
      await this.start().catch((error) => console.error(`dev: ${error.message}`));
    });
    return this.#restarting;
  }
}

/**
 * TypeScript's message codes "Starting compilation in watch mode" and "File change detected". The others report its
 * end.
 */
const compilationBegins = [6031, 6032];

/** Compiles src and client now and after each change. `onCompiled` is called after changes without errors. */
async function compileOnChange(onCompiled) {
  const { default: ts } = await import('typescript');
  const name = (file) => path.relative(root, file);
  const text = (diagnostic) =>
    ts.formatDiagnosticsWithColorAndContext([diagnostic], {
      getCanonicalFileName: name,
      getCurrentDirectory: () => root,
      getNewLine: () => '\n',
    });
  let isFirst = true;
  let errors = 0;
  const host = ts.createSolutionBuilderWithWatchHost(
    ts.sys,
    undefined,
    (diagnostic) => {
      errors++;
      console.error(text(diagnostic));
    },
    () => undefined,
    ({ code }) => {
      if (compilationBegins.includes(code)) {
        errors = 0;
        return;
      }
      if (errors > 0) console.error(`dev: the server stays as it was until these errors are gone (${errors})`);
      else if (!isFirst) onCompiled();
      isFirst = false;
    },
  );
  ts.createSolutionBuilderWithWatch(host, [path.join(root, 'tsconfig.json')], {}).build();
  ts.sys.watchFile(path.join(root, 'schema.graphql'), onCompiled);
}

/** Vite's server for the page, which proxies everything else to `address`. */
async function servePage(address) {
  const { createServer } = await import('vite');
  const vite = await createServer({
    root: path.join(root, 'studio'),
    server: { proxy: { '/graphql': { target: address, ws: true }, '/pictures': address } },
  });
  await vite.listen();
  return vite.resolvedUrls.local[0];
}
