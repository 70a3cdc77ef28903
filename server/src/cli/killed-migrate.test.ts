import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createId, HTTP_PATHS } from '@alcove/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../storage/mongo/connection.ts';
import { missingIndexes } from '../storage/mongo/indexes.ts';
import { examineMongo } from '../storage/mongo/open-mongo-storage.ts';
import { sendRequest } from '../testing/send-request.ts';
import { SOURCE_FLAGS } from '../testing/source-flags.ts';
import { findMongo, freshDatabase } from '../testing/start-mongo.ts';
import { startTestServer } from '../testing/start-test-server.ts';

const server = await findMongo();
const main = join(import.meta.dirname, '../main.ts');

const KILLS = 5;

describe.runIf(server)('alcove migrate, killed half-way', { timeout: 120_000 }, () => {
  const url = freshDatabase(server ?? '');
  let dataDir: string;
  let connection: Awaited<ReturnType<typeof connect>>;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'alcove-migrate-'));
    connection = await connect(url);
  });
  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
    rmSync(dataDir, { recursive: true });
  });

  it('is done by whoever runs it again, and leaves the data as it was', async () => {
    await talk();
    const before = await contents();
    await forgetSchema();
    const { length: declared } = await missingIndexes(connection);
    expect(declared).toBeGreaterThan(2 * KILLS);

    for (let kill = 1; kill <= KILLS; kill += 1) {
      const wanted = Math.round((declared * kill) / (KILLS + 1));
      const child = migrate();
      const ended = once(child, 'exit');
      while ((await missingIndexes(connection)).length > declared - wanted) {
        expect(child.exitCode, 'it had no time to be killed').toBe(null);
      }
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      expect(await examineMongo(url)).not.toEqual([]);
    }

    const [code] = await once(migrate(), 'exit');
    expect(code).toBe(0);
    expect(await examineMongo(url)).toEqual([]);
    expect(await contents()).toEqual(before);
  });

  /** A conversation, by the doors that everybody uses. */
  async function talk() {
    const node = await startTestServer({ dataDir, databaseUrl: url });
    await node.createAgent('owner');
    const { accessToken } = await node.createVisitorSession();
    let where: object = { clientConversationId: createId('cl') };
    for (const text of ['Do you ship to Norway?', 'And to Peru?']) {
      const message = { clientMessageId: createId('cl'), content: { kind: 'text', text } };
      const { json } = await sendRequest(node.url + HTTP_PATHS.visitorCommands, {
        method: 'POST',
        headers: { authorization: `Bearer ${accessToken}`, origin: node.origin },
        body: { command: 'message.send', payload: { ...where, ...message } },
      });
      expect(json).toMatchObject({ ok: true });
      where = { conversationId: json?.['conversationId'] };
    }
    await node.close();
  }

  /** As a database is that was filled without any of this version's indexes. */
  async function forgetSchema() {
    const { db } = connection;
    for (const { name } of (await db?.listCollections().toArray()) ?? []) {
      const collection = db?.collection(name);
      for (const index of (await collection?.indexes()) ?? []) {
        if (index.name && index.name !== '_id_') await collection?.dropIndex(index.name);
      }
    }
    await db?.collection<{ _id: string }>('store').deleteOne({ _id: 'schema' });
  }

  /** Every document of every collection, but for what each start writes. */
  async function contents() {
    const { db } = connection;
    const all: Record<string, unknown[]> = {};
    for (const { name } of (await db?.listCollections().toArray()) ?? []) {
      if (name === 'store') continue;
      all[name] = (await db?.collection(name).find().sort({ _id: 1 }).toArray()) ?? [];
    }
    return all;
  }

  function migrate() {
    return spawn(process.execPath, [...SOURCE_FLAGS, main, 'migrate', '--data-dir', dataDir], {
      stdio: 'ignore',
      env: { ...process.env, DATABASE_URL: url },
    });
  }
});
