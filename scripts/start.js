import '../bin/check-node.js';

const { build } = await import('./build.js');
build();
process.argv.splice(2, 0, 'serve');
await import('../dist/cli/main.js');
