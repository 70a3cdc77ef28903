import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/console/',
  plugins: [react()],
  resolve: { conditions: ['alcove-source', 'module', 'browser', 'development|production'] },
  // The server puts a fresh nonce in place of this word each time it serves index.html.
  html: { cspNonce: '__CSP_NONCE__' },
  // In development (npm run dev) the rest of Alcove is reached through Vite's address.
  server: {
    proxy: {
      '^/(?!console/)': { target: `http://localhost:${process.env['PORT'] ?? '3000'}`, ws: true },
    },
  },
  build: {
    // Beside tsc's output, never mixed with it.
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2023',
    manifest: true,
    // A chunk inlined as data: would need `data:` in the console's content security policy.
    assetsInlineLimit: 0,
    // kB as minified. What counts is what travels, and `npm run size` is the judge of that.
    chunkSizeWarningLimit: 1_000,
  },
});
