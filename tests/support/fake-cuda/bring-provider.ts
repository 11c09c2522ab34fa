import { bringProvider, findProvider } from './provider.js';

// CI runs this before the tests; it stays in the cache folder of whoever runs it.
if (!findProvider()) await bringProvider();
