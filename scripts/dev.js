import '../bin/check-node.js';

const { develop } = await import('./develop.js');
await develop(process.argv.slice(2));
