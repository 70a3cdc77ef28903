#!/usr/bin/env node
// npm links a package's commands before anything is built, so this file stands beside dist and always exists.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 24 || (major === 24 && minor < 15)) {
  console.error(`Alcove needs Node 24.15 or newer, and this is ${process.version}.`);
  process.exit(1);
}

await import('../dist/main.js');
