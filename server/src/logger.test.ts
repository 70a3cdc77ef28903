import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logOf(act: (logger: ReturnType<typeof createLogger>) => void): string {
  let log = '';
  act(
    createLogger('info', {
      write(line) {
        log += line;
      },
    }),
  );
  return log;
}

test('writes a line of JSON with the time and the level in words', () => {
  const line = JSON.parse(logOf((logger) => logger.info({ port: 1 }, 'listening')));
  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    port: 1,
    msg: 'listening',
  });
});

test.each([
  { token: 'canary' },
  { accessToken: 'canary' },
  { session: { refreshToken: 'canary' } },
  { request: { headers: { authorization: 'canary', cookie: 'canary' } } },
  { response: { headers: { 'set-cookie': 'canary' } } },
  { err: Object.assign(new Error('unreadable'), { body: 'canary' }) },
  { event: { content: { kind: 'text', text: 'canary' } } },
  { text: 'canary' },
  { account: { email: 'canary', passwordHash: 'canary' } },
])('hides the secret in %j', (fields) => {
  const log = logOf((logger) => logger.error(fields, 'failed'));
  expect(log).toContain('[hidden]');
  expect(log).not.toContain('canary');
});

test('is silent below its level', () => {
  expect(logOf((logger) => logger.debug('nothing'))).toBe('');
});
