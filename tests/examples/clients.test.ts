import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { builtInModels } from '../support/goldens/models.js';
import { useServer } from '../support/server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const running = useServer({ models: builtInModels });

describe('an example of another GraphQL client', () => {
  it.each(['urql', 'apollo', 'graphql-request'])('queues and follows a picture: %s', async (name) => {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', `examples/${name}.ts`], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production', RANDAR_URL: running().url },
    });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, -1)).toEqual(Array.from({ length: 12 }, (_, i) => `step ${i + 1}/12`));
    const [, url = ''] = /^(?:GenerationCompleted|COMPLETED) (\S+)$/.exec(lines.at(-1) ?? '') ?? [];
    expect((await fetch(url)).headers.get('content-type')).toBe('image/png');
  });
});
