import { defineConfig } from 'vitest/config';
import { testProjects } from './tests/support/kinds.js';

export default defineConfig({
  test: {
    // Once for all projects, which is why they do not extend this.
    globalSetup: 'tests/support/build.ts',
    // Each file that draws pictures keeps both cores of a small machine busy.
    maxWorkers: 2,
    projects: testProjects(),
  },
});
