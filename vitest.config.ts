import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Vite takes graphql's ESM build and Node its CommonJS one: two copies, whose classes are not each other's.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: 'tests/build.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Each file that draws pictures keeps both cores of a small machine busy.
    maxWorkers: 2,
  },
});
