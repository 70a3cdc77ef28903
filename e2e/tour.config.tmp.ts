import config from './playwright.config.ts';
export default {
  ...config,
  testMatch: '**/*.tmp.ts',
  reporter: [['list']],
  workers: 1,
  use: { ...config.use, trace: 'off' },
};
