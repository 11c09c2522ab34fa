import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { removeStale } from '../../scripts/remove-stale.js';

it('a build removes output whose source is gone, and nothing else', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'randar-stale-'));
  try {
    const write = async (file: string) => {
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), '');
    };
    const sources = ['src/kept.ts', 'src/part/view.tsx'];
    const compiled = ['kept.js', 'kept.js.map', 'kept.d.ts', 'part/view.js', 'part/view.d.ts'];
    const others = ['.tsbuildinfo', 'studio/index.html', 'studio/assets/index-0.js'];
    const stale = ['gone.js', 'gone.js.map', 'gone.d.ts', 'part/kept.js', 'gone/kept.js'];
    for (const file of sources) await write(file);
    for (const file of [...compiled, ...others, ...stale]) await write(`dist/${file}`);
    removeStale(path.join(root, 'dist'), path.join(root, 'src'));
    const left = await readdir(path.join(root, 'dist'), { recursive: true, withFileTypes: true });
    const files = left.filter((entry) => entry.isFile());
    const names = files.map((entry) => path.relative(path.join(root, 'dist'), path.join(entry.parentPath, entry.name)));
    expect(names.sort()).toEqual([...compiled, ...others].sort());
    removeStale(path.join(root, 'not-built'), path.join(root, 'src'));
  } finally {
    await rm(root, { recursive: true });
  }
});
