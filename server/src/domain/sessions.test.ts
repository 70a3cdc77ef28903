import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSqliteStorage } from '../storage/sqlite/open-sqlite-storage.ts';
import type { Storage } from '../storage/storage.ts';
import { toIso } from './clock.ts';
import { createTemporaryKeys } from './keys.ts';
import { createSessions } from './sessions.ts';

const NOW = Date.parse('2030-01-01T12:00:00.000Z');
const holder = { kind: 'visitor', principalId: 'vi_1', workspaceId: 'ws_1' } as const;

let storage: Storage;

beforeAll(async () => {
  storage = await openSqliteStorage({ file: ':memory:' });
  await storage.directory.workspaces.create({
    id: holder.workspaceId,
    key: 'wk_1',
    name: 'The Shop',
    look: { colour: '#0b6b62', side: 'end', theme: 'auto' },
    allowedOrigins: [],
    createdAt: toIso(NOW),
  });
});

afterAll(() => storage.close());

it('does not renew a session that is signed out at the same moment', async () => {
  const { sessions: stored } = storage.directory;
  const sessions = createSessions({
    storage: {
      ...storage,
      directory: {
        ...storage.directory,
        sessions: {
          ...stored,
          async find(tokenHash) {
            const session = await stored.find(tokenHash);
            if (session) await stored.revokeFamily(session.familyId, toIso(NOW));
            return session;
          },
        },
      },
    },
    keys: createTemporaryKeys().refresh,
    clock: { now: () => NOW },
    revocations: { revoke() {}, onRevoked: () => () => undefined },
  });
  const { refreshToken } = await sessions.start(holder);
  await expect(sessions.renew('visitor', refreshToken)).rejects.toMatchObject({
    code: 'unauthenticated',
  });
});

it('gives a visitor whose page was left before the answer came the same successor, however late', async () => {
  const { sessions, later } = sessionsWithClock();
  const first = await sessions.start(holder);
  const unheard = await sessions.renew('visitor', first.refreshToken);
  later(60 * 60_000);
  const again = await sessions.renew('visitor', first.refreshToken);
  expect(again.refreshToken).toBe(unheard.refreshToken);

  await sessions.renew('visitor', again.refreshToken);
  later(60 * 60_000);
  // Now both have gone on from the first one: somebody has a copy.
  await expect(sessions.renew('visitor', first.refreshToken)).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  expect(await sessions.isActive(first.sessionId)).toBe(false);
});

it('ends an agent’s session when a replaced token comes after the grace, its successor used or not', async () => {
  const { sessions, later } = sessionsWithClock();
  const agent = { ...holder, kind: 'agent', principalId: 'ac_1' } as const;
  const first = await sessions.start(agent);
  await sessions.renew('agent', first.refreshToken);
  later(11_000);
  await expect(sessions.renew('agent', first.refreshToken)).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  expect(await sessions.isActive(first.sessionId)).toBe(false);
});

function sessionsWithClock() {
  let now = NOW;
  const sessions = createSessions({
    storage,
    keys: createTemporaryKeys().refresh,
    clock: { now: () => now },
    revocations: { revoke() {}, onRevoked: () => () => undefined },
  });
  return { sessions, later: (milliseconds: number) => (now += milliseconds) };
}
