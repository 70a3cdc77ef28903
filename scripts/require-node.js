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
