import { build } from '../../scripts/build.js';

/** Worker threads, CLI and page run from dist/, so it is built before any test. */
export default build;
