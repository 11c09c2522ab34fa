import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Vite takes graphql's ESM build and Node its CommonJS one: two copies, whose classes are not each other's.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: 'tests/support/build.ts',
    setupFiles: 'tests/support/seed.ts',
    // What is waited for comes by itself, later on a slow or busy machine: a limit is only there to end what hangs.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Each file that draws pictures keeps both cores of a small machine busy.
    maxWorkers: 2,
  },
});
