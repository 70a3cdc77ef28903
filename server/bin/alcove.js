#!/usr/bin/env node
// npm links a package's commands before anything is built, so this file stands beside dist and always exists. Any Node
// starts it, so it is written for old ones: package.json beside it makes it a CommonJS module, without import and await.
const path = require('path');

const version = process.versions.node.split('.').map(Number);

if (version[0] < 24 || (version[0] === 24 && version[1] < 15)) {
  console.error(
    `Alcove needs Node 24.15 or newer, and this is ${process.version}. Install it from https://nodejs.org, or run ` +
      '"npm ci" in a checkout on Linux (x64, arm64), which brings one, and then "npx alcove".',
  );
  process.exit(1);
}

// Compiling is a quarter of the start. Kept here, and not in the system's folder for temporary files, which others may
// write to; where this folder is read-only nothing is kept, and nothing else changes.
require('module').enableCompileCache(path.join(__dirname, '../.cache'));

require('../dist/main.js');
