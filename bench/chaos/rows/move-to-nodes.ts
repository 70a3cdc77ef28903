import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createId } from '@alcove/protocol';
import { openStorage, spawnTestServer, type Storage } from '@alcove/server/testing';
import { MongoClient } from 'mongodb';
import { each } from '../../each.ts';
import { round } from '../../figures.ts';
import { readMongoLogs } from '../nodes/mongo-logs.ts';
import { DATABASE } from '../nodes/nodes-ground.ts';
import type { Findings } from '../row.ts';
import { openDoors, type Stage } from '../stage.ts';
import { readStoredLogs } from '../stored-log.ts';
import { succeed } from './alcove-command.ts';
import { compareLogs, countEvents } from './compare-logs.ts';
import { openTalk } from './talk.ts';
import { hearWitness, repeatAll } from './witness.ts';

/** Events of one conversation. */
const LENGTH = 200;
const TALK_MS = 2000;
const MOST_RUNS = 3;

/** Fills a SQLite database, moves it to MongoDB, and lets both nodes go on with it. */
export async function moveToNodes(
  stage: Stage,
  {
    conversations,
    perSecond,
    repeats,
    movedEvents,
  }: Record<'conversations' | 'perSecond' | 'repeats' | 'movedEvents', number>,
): Promise<Findings> {
  const [node] = stage.nodes;
  if (!node) throw new Error('there are no nodes');
  // Beside the first node's keys: sessions go on.
  const dataDir = dirname(node.keysFolder);
  const file = join(dataDir, 'alcove.db');
  const before = await spawnTestServer({ dataDir, logLevel: 'warn', limits: openDoors });
  const witness = await hearWitness(before, repeats);
  await before.kill('SIGTERM');
  await fill(file, before.workspace.id, movedEvents);

  const url = `${stage.mongo.url}/${DATABASE}`;
  const startedAt = performance.now();
  const moveRuns = await move(dataDir, url);
  const moveSeconds = (performance.now() - startedAt) / 1000;

  const logs = readStoredLogs(file);
  const copy = await readMongoLogs(url);
  const failures = compareLogs('the moved store', { logs, copy, least: logs });
  const cursors = { original: readCursors(file), moved: await readMovedCursors(url) };
  if (cursors.original.length === 0) failures.push('there was no cursor to move');
  if (cursors.original.join() !== cursors.moved.join()) failures.push('cursors are others');

  await stage.startServer();
  for (const server of stage.servers) failures.push(...(await repeatAll(server, witness)));
  const talk = await openTalk(stage, { conversations, clientsEach: 2, perSecond });
  talk.begin();
  await new Promise((resolve) => setTimeout(resolve, TALK_MS));
  const sends = (await talk.end()).length;
  const figures = {
    conversations: copy.length,
    events: countEvents(copy),
    cursors: cursors.moved.length,
    moveSeconds: round(moveSeconds),
    moveRuns,
    sendsAfterwards: sends,
  };
  return { figures, failures };
}

/** Whoever is interrupted runs it again, and it goes on. @returns how often it was run. */
async function move(dataDir: string, url: string): Promise<number> {
  for (let runs = 1; ; runs++) {
    try {
      await succeed(['migrate-storage', '--data-dir', dataDir, '--to', url]);
      return runs;
    } catch (error) {
      if (runs === MOST_RUNS) throw error;
    }
  }
}

/** Straight in the store: visitors who wrote, and read half of it. */
async function fill(file: string, workspaceId: string, events: number): Promise<void> {
  const storage = await openStorage(`sqlite:${file}`);
  await each(Math.ceil(events / LENGTH), () => writeConversation(storage, workspaceId));
  await storage.close();
}

async function writeConversation(storage: Storage, workspaceId: string): Promise<void> {
  const { visitors, conversations } = storage.forWorkspace(workspaceId);
  const [conversationId, visitorId, contactId] = [createId('cv'), createId('vi'), createId('co')];
  const createdAt = new Date().toISOString();
  const unknown = { name: null, email: null, page: null, userAgent: null, locale: null };
  const contact = { id: contactId, ...unknown, createdAt, lastSeenAt: createdAt };
  await visitors.create({ id: visitorId, contactId, createdAt }, contact);
  await conversations.open({
    id: conversationId,
    visitorId,
    contactId,
    clientConversationId: createId('cl'),
    createdAt,
  });
  await each(LENGTH, (number) =>
    conversations.append({
      conversationId,
      at: new Date().toISOString(),
      event: {
        type: 'message.created',
        actor: { kind: 'visitor', id: visitorId },
        via: 'widget',
        clientEventId: createId('cl'),
        content: { kind: 'text', text: `message ${number}` },
      },
    }),
  );
  await conversations.advanceCursor({
    conversationId,
    participant: { kind: 'visitor', id: visitorId },
    read: LENGTH / 2,
    at: createdAt,
  });
}

/** Past the engine, and so that cursors of both stores can be compared. */
function readCursors(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare(
        `SELECT id, participant_kind, participant_id, delivered, delivered_at, read, read_at
         FROM cursors JOIN conversations ON number = conversation`,
      )
      .all()
      .map((row) => Object.values(row).join(' '))
      .toSorted();
  } finally {
    database.close();
  }
}

interface CursorRow {
  conversationId: string;
  participant: { kind: string; id: string };
  delivered: number;
  deliveredAt: string | null;
  read: number;
  readAt: string | null;
}

async function readMovedCursors(url: string): Promise<string[]> {
  const client = await MongoClient.connect(url);
  try {
    const rows = await client.db().collection<CursorRow>('cursors').find().toArray();
    return rows
      .map(({ conversationId, participant: { kind, id }, ...row }) =>
        [conversationId, kind, id, row.delivered, row.deliveredAt, row.read, row.readAt].join(' '),
      )
      .toSorted();
  } finally {
    await client.close();
  }
}
