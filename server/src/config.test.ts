import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Config,
  ConfigError,
  readConfig,
  SETTINGS,
  type Setting,
  type Values,
} from './config.ts';

function problemsOf(values: Values): readonly string[] {
  try {
    readConfig({}, values);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  test('starts without any setting', () => {
    expect(readConfig({}, {})).toEqual({
      port: 3000,
      host: undefined,
      publicUrl: undefined,
      dataDir: resolve('data'),
      databaseUrl: `sqlite:${resolve('data/alcove.db')}`,
      redisUrl: undefined,
      redisPrefix: 'alcove',
      metricsToken: undefined,
      autoMigrate: true,
      trustProxy: 0,
      logLevel: 'info',
    });
  });

  test('lets a flag win over the environment', () => {
    expect(readConfig({ PORT: '8080' }, { PORT: '9090' }).port).toBe(8080);
  });

  test('takes an empty variable for one that is not set', () => {
    expect(readConfig({}, { PORT: '', PUBLIC_URL: ' ' })).toMatchObject({
      port: 3000,
      publicUrl: undefined,
    });
  });

  test('reads the process environment when it is given none', () => {
    process.env['PORT'] = '4321';
    try {
      expect(readConfig().port).toBe(4321);
    } finally {
      delete process.env['PORT'];
    }
  });

  test.each<[Values, object]>([
    [{ PORT: '0' }, { port: 0 }],
    [{ HOST: '::1' }, { host: '::1' }],
    [
      { PUBLIC_URL: 'https://chat.example.com' },
      { publicUrl: new URL('https://chat.example.com') },
    ],
    [{ DATA_DIR: '/srv/a' }, { dataDir: '/srv/a', databaseUrl: 'sqlite:/srv/a/alcove.db' }],
    [{ DATA_DIR: '/srv/a', DATABASE_URL: 'sqlite:' }, { databaseUrl: 'sqlite:/srv/a/alcove.db' }],
    [
      { DATA_DIR: '/srv/a', DATABASE_URL: 'sqlite:b/c.db' },
      { databaseUrl: 'sqlite:/srv/a/b/c.db' },
    ],
    [{ DATABASE_URL: 'sqlite:/var/c.db' }, { databaseUrl: 'sqlite:/var/c.db' }],
    [{ DATABASE_URL: 'sqlite:///var/c.db' }, { databaseUrl: 'sqlite:/var/c.db' }],
    [{ DATABASE_URL: 'sqlite::memory:' }, { databaseUrl: 'sqlite::memory:' }],
    ...[
      'mongodb://localhost',
      'mongodb://localhost:27017/alcove',
      'mongodb://user:p%40ss@a.example:27017,b.example/alcove?replicaSet=rs0&tls=true',
      'mongodb+srv://user:pass@cluster.example/alcove',
    ].map((url): [Values, Partial<Config>] => [{ DATABASE_URL: url }, { databaseUrl: url }]),
    [{ AUTO_MIGRATE: 'off' }, { autoMigrate: false }],
    [{ TRUST_PROXY: '2' }, { trustProxy: 2 }],
    [{ TRUST_PROXY: '10.0.0.0/8, ::1' }, { trustProxy: ['10.0.0.0/8', '::1'] }],
    [{ LOG_LEVEL: 'WARN' }, { logLevel: 'warn' }],
  ])('understands %j', (values, expected) => {
    expect(readConfig({}, values)).toMatchObject(expected);
  });

  test.each<[Values, RegExp]>([
    [{ PORT: '70000' }, /^PORT is "70000", but a port is a whole number from 0 to 65535\.$/],
    [{ PORT: '80.5' }, /^PORT /],
    [{ PORT: '-1' }, /^PORT /],
    [{ HOST: 'localhost:3000' }, /^HOST .* without a port/],
    [{ PUBLIC_URL: 'chat.example.com' }, /^PUBLIC_URL .* must start with https:/],
    [{ PUBLIC_URL: 'ftp://chat.example.com' }, /^PUBLIC_URL /],
    [
      { PUBLIC_URL: 'https://example.com/chat' },
      /^PUBLIC_URL .* leave out everything after the host/,
    ],
    [{ DATABASE_URL: 'mongodb:localhost' }, /^DATABASE_URL .* mongodb:\/\/localhost:27017\/alcove/],
    [{ DATABASE_URL: 'mongodb://' }, /^DATABASE_URL .* a server with the name of a database/],
    [{ DATABASE_URL: 'mongodb://u:p@ss@db/alcove' }, /^DATABASE_URL .* In a password write @ as/],
    [{ DATABASE_URL: 'mongodb://u:p/ss@db/alcove' }, /^DATABASE_URL .* In a password write @ as/],
    [{ DATABASE_URL: 'mongodb://db/al.cove' }, /^DATABASE_URL .* name of a database/],
    [{ AUTO_MIGRATE: 'yes' }, /^AUTO_MIGRATE .* on or off/],
    [{ DATABASE_URL: 'postgres://localhost/alcove' }, /^DATABASE_URL .* must be sqlite:/],
    [{ DATABASE_URL: './alcove.db' }, /^DATABASE_URL .* must be sqlite:/],
    [{ DATABASE_URL: 'sqlite://host/alcove.db' }, /^DATABASE_URL .* path of a file/],
    [{ DATABASE_URL: 'sqlite:a.db?mode=ro' }, /^DATABASE_URL .* path of a file/],
    [{ REDIS_URL: 'redis://localhost' }, /^REDIS_URL .* SQLite is for one process/],
    [{ REDIS_PREFIX: 'a*' }, /^REDIS_PREFIX .* letters, digits/],
    [{ METRICS_TOKEN: 'too-short' }, /^METRICS_TOKEN is set, but a token has at least 32/],
    [{ METRICS_TOKEN: `${'x'.repeat(40)} y` }, /^METRICS_TOKEN is set/],
    [{ TRUST_PROXY: 'true' }, /^TRUST_PROXY .* forge an address/],
    [{ TRUST_PROXY: '99' }, /^TRUST_PROXY /],
    [{ TRUST_PROXY: '0.0.0.0/0' }, /^TRUST_PROXY .* forge an address/],
    [{ TRUST_PROXY: '::/0' }, /^TRUST_PROXY /],
    [{ TRUST_PROXY: 'loopback' }, /^TRUST_PROXY /],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL .* one of: fatal, error/],
  ])('refuses %j in a sentence', (values, sentence) => {
    const problems = problemsOf(values);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });

  test.each([
    ['http://localhost', /must start with redis:/],
    ['localhost:6379', /must start with redis:/],
    ['redis://:a/b@host', /must start with redis:/],
    ['redis://host/name', /number of a database/],
    ['redis://host?family=6', /number of a database/],
  ])('refuses %s as a Redis', (url, sentence) => {
    const problems = problemsOf({ REDIS_URL: url, DATABASE_URL: 'mongodb://localhost/alcove' });
    expect(problems.find((problem) => problem.startsWith('REDIS_URL'))).toMatch(sentence);
  });

  test('tells everything that is wrong at once', () => {
    const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'x', TRUST_PROXY: 'x' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'PORT',
      'TRUST_PROXY',
      'LOG_LEVEL',
    ]);
  });

  test('repeats no password of an address', () => {
    const problems = problemsOf({
      DATABASE_URL: 'mongodb://user:hunter2@db/alcove',
      REDIS_URL: 'redis://:@hunter2/@cache',
      METRICS_TOKEN: 'hunter2',
    });
    expect(problems.join()).toMatch(/REDIS_URL .*METRICS_TOKEN /);
    expect(problems.join()).not.toContain('hunter2');
  });

  test('is described by the very same table in the documentation', () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| `[A-Z_]+` \| `--/.test(line));
    const table: readonly Setting[] = SETTINGS;
    expect(rows).toEqual(
      table.map(({ variable, flag, default: fallback, description }) => {
        const value = fallback === undefined ? '' : `\`${fallback}\``;
        return `| \`${variable}\` | \`${flag}\` | ${value} | ${description} |`;
      }),
    );
  });
});
