import { describe, expect, it } from 'vitest';
import {
  CudaLibraryError,
  findLibraries,
  lackOf,
  missingFor,
  parts,
  refuseMissing,
} from '../../../src/runtime/cuda/libraries.js';

const places = [
  { name: 'first', folders: ['/a', '/b'] },
  { name: 'second', folders: ['/c'] },
];

const find = (...files: string[]) => findLibraries(places, (path) => files.includes(path));
const filesOf = (name: string) => parts.find((part) => part.name === name)?.files ?? [];

describe('finding libraries', () => {
  it('takes the first folder that has a part, and says which place it is in', () => {
    const { found, missing } = find('/c/libcudart.so.13', '/b/libcudart.so.13');
    expect(found).toMatchObject([{ name: 'CUDA runtime', folder: '/b', place: 'first' }]);
    expect(missing.map(({ name }) => name)).not.toContain('CUDA runtime');
  });

  it('takes both libraries of cuBLAS from one folder, since they are of one version', () => {
    const { found } = find(
      '/a/libcublas.so.13',
      '/b/libcublasLt.so.13',
      ...filesOf('cuBLAS').map((file) => `/c/${file}`),
    );
    expect(found).toMatchObject([{ name: 'cuBLAS', folder: '/c' }]);
  });

  it('keeps the order in which they are loaded', () => {
    const all = parts.flatMap(({ files }) => files.map((file) => `/a/${file}`));
    expect(find(...all.reverse()).found.map(({ name }) => name)).toEqual(parts.map(({ name }) => name));
  });
});

describe('what is missing', () => {
  it('has cuDNN in it for pixels only', () => {
    const nothing = find();
    const names = (use: 'steps' | 'pixels') => missingFor(use, nothing).map(({ name }) => name);
    expect(names('pixels')).toContain('cuDNN');
    expect(names('steps')).toEqual(names('pixels').filter((name) => name !== 'cuDNN'));
  });

  it.each(parts.map((part) => [part.name, part] as const))('is refused in one line: %s', (name, part) => {
    const line = lackOf([part]);
    for (const file of part.files) expect(line).toContain(file);
    expect(line).toContain(name);
    expect(line).toContain(name === 'NVIDIA driver' ? 'driver, 580' : 'npx randar setup-cuda');
    expect(line).not.toContain('\n');
    expect(() => refuseMissing([part])).toThrow(new CudaLibraryError(line));
  });

  it('is no reason to refuse where nothing is', () => {
    expect(() => refuseMissing([])).not.toThrow();
  });
});
