#!/usr/bin/env node
// npm links a package's commands before anything is built, so this file stands beside dist and always exists.
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 24 || (major === 24 && minor < 15)) {
  console.error(`Alcove needs Node 24.15 or newer, and this is ${process.version}.`);
  process.exit(1);
}

// Compiling is a quarter of the start. Kept here, and not in the system's folder for temporary files, which others may
// write to; where this folder is read-only nothing is kept, and nothing else changes.
const { enableCompileCache } = await import('node:module');
enableCompileCache(fileURLToPath(new URL('../.cache', import.meta.url)));

await import('../dist/main.js');
