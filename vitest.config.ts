import { defineConfig } from 'vitest/config';
import { testProjects } from './tests/support/kinds.js';

export default defineConfig({
  test: {
    // Runs once for all projects, so they do not extend this configuration.
    globalSetup: 'tests/support/build.ts',
    // A test file that generates pictures keeps both cores of a small machine busy.
    maxWorkers: 2,
    projects: testProjects(),
  },
});
