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
