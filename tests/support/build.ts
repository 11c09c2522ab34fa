import { build } from '../../scripts/build.js';

/** Worker threads, the command line and the page run from dist: it is built before any test. */
export default build;
