import { expect, it } from 'vitest';
import { findSecrets } from './secrets.ts';

const LINE =
  '{"level":"info","requestId":"q1w2e3","path":"/api/v1/visitor/session","msg":"answered"}';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ2aV8xIn0.c2lnbmF0dXJl';
const OPAQUE = 'k3JxW0n7d2mQ5yT8uV1bC4zA6sE9gHfLpRtYiOoNwXc';

it('finds nothing in an ordinary line', () => {
  expect(findSecrets([LINE], ['canary'])).toEqual([]);
});

it.each([
  ['a planted word', 'the canary sings', '"canary"'],
  ['an access token', `bearer ${TOKEN}`, 'an access token'],
  ['a refresh token', `"token":"${OPAQUE}"`, 'a secret'],
  ['an address', 'sent to owner@example.com', 'an e-mail address'],
])('finds %s', (_, text, what) => {
  expect(findSecrets([LINE, text], ['canary'])).toEqual([expect.stringContaining(what)]);
});
