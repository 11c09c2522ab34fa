#!/usr/bin/env node
import './check-node.js';

// Imported behind the check of Node's version: all else may be too new for it.
const { existsSync } = await import('node:fs');

const built = new URL('../dist/cli/main.js', import.meta.url);
const buildScript = new URL('../scripts/build.js', import.meta.url);
// A fresh checkout: npm runs no script of a package while it installs (see .npmrc), this one's included.
if (!existsSync(built) && existsSync(buildScript)) {
  console.error('randar is not built yet: building it, once.');
  const { build } = await import(buildScript.href);
  build();
}
await import(built.href);
