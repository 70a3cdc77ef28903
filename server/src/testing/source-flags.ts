/**
 * What Node.js needs to run the sources as they are, several threads of them at once.
 *
 * Types are stripped by WebAssembly, in each thread that loads a file, and V8 crashes now and then when one thread ends while
 * another one compiles its way out of WebAssembly anew, after a thousand calls (seen in Node.js 24.21, V8 13.6). So it never does.
 */
export const SOURCE_FLAGS: readonly string[] = [
  '--conditions=alcove-source',
  '--wasm-wrapper-tiering-budget=1000000000',
];
