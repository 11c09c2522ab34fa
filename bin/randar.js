#!/usr/bin/env node
import './check-node.js';

// Imported after the version check, since everything else may be too new for this Node.
const { existsSync } = await import('node:fs');

const built = new URL('../dist/cli/main.js', import.meta.url);
const buildScript = new URL('../scripts/build.js', import.meta.url);
// A fresh checkout: install scripts are turned off (see .npmrc), so nothing has been built.
if (!existsSync(built) && existsSync(buildScript)) {
  console.error('randar is not built yet; building it now.');
  const { build } = await import(buildScript.href);
  build();
}
await import(built.href);
