import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const chromium = process.env['ALCOVE_CHROMIUM'] ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  throw new Error(
    `No Chromium at ${chromium}. Install it (Debian: apt-get install chromium), or name another one in ALCOVE_CHROMIUM.`,
  );
}

// Chromium refuses to sandbox for root, and talks to its maker at start unless told not to.
const quiet = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: 'results/artifacts',
  workers: 2,
  retries: 0,
  forbidOnly: true,
  // Generous: what is awaited is an event, and a busy machine may take its time to bring it about.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: 'results/report.json' }]],
  use: {
    browserName: 'chromium',
    headless: true,
    launchOptions: { executablePath: chromium, args: [...quiet, ...asRoot] },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
});
