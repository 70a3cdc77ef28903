import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createTokens } from './session-tokens.ts';

it('renews a session once, however many ask meanwhile', async () => {
  let renewals = 0;
  const server = createServer((_request, response) => {
    const session = { accessToken: `token ${++renewals}`, accessExpiresAt: toIso(900_000) };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(session));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const used = { accessToken: 'used up', accessExpiresAt: toIso(0), cookie: 'alcove=1' };
  const spec = { name: 'agent', kind: 'sdk', side: 'team', workspaceKey: 'pk' } as const;
  const getToken = createTokens({ ...spec, url, origin: url, session: used });

  const given = await Promise.all([getToken(), getToken(), getToken(true)]);

  expect(given.map(({ accessToken }) => accessToken)).toEqual(['token 1', 'token 1', 'token 1']);
  expect((await getToken(true)).accessToken).toBe('token 2');
});

function toIso(fromNowMs: number): string {
  return new Date(Date.now() + fromNowMs).toISOString();
}
