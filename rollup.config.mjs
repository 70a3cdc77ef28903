import {
  browserPlugins,
  holdsOnce,
  importAgain,
  minifyWithTerser,
} from './widget/build/rollup-plugins.ts';

// A bundle with a hole in it must not be shipped: every warning of these kinds is a mistake in our code.
const onwarn = (warning, warn) => {
  if (['UNRESOLVED_IMPORT', 'MISSING_EXPORT', 'CIRCULAR_DEPENDENCY'].includes(warning.code)) {
    if (!warning.ids?.every((id) => id.includes('node_modules'))) throw new Error(warning.message);
  }
  warn(warning);
};

const loader = {
  input: 'widget/src/entrypoints/loader.ts',
  // By itself: a chunk shared with the app would put an import statement into a classic script.
  // Sloppy, since 'use strict' would be its longest word and the sources are modules anyway.
  output: { file: 'widget/dist/loader.js', format: 'iife', strict: false },
  plugins: [
    ...browserPlugins(),
    minifyWithTerser({ isModule: false }),
    holdsOnce('__ALCOVE_SETTINGS__'),
  ],
  onwarn,
};

const app = {
  input: { app: 'widget/src/entrypoints/app.ts' },
  // Lazy chunks import from the entry itself: a facade before it would cost every visitor one more round trip.
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir: 'widget/dist',
    format: 'es',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // The server sends these names to browsers for a year; the entry keeps its name and is asked for again.
    hashCharacters: 'base36',
  },
  plugins: [...browserPlugins(), importAgain(), minifyWithTerser({ isModule: true })],
  onwarn,
};

export default [loader, app];
