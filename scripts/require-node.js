// Runs before every script of this folder, on whatever Node there is: hence plain JavaScript with old syntax.
// `npm install` on Linux brings a Node of its own into node_modules/.bin, and npm scripts find that one first.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 24 || (major === 24 && minor < 15)) {
  console.error(
    `Alcove needs Node 24.15 or newer, and this is ${process.version}. ` +
      'On Linux (x64, arm64) run "npm ci" first and start through npm, which then uses the Node it installed; ' +
      'elsewhere install Node 24 from https://nodejs.org.',
  );
  process.exit(1);
}

// What was compiled before is not compiled again. The server's own entry does the same, too late for a script before it.
const { fileURLToPath } = process.getBuiltinModule('node:url');
const { enableCompileCache } = process.getBuiltinModule('node:module');
enableCompileCache(fileURLToPath(new URL('../server/.cache', import.meta.url)));
