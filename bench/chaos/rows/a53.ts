import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Appended, createId, type VisitorSession } from '@alcove/protocol';
import { type SpawnedServer, spawnTestServer } from '@alcove/server/testing';
import { connect, expectOk, openConversation } from '../../people.ts';
import { atLeast } from '../../figures.ts';
import { defineRow } from '../row.ts';
import { openDoors, type Stage } from '../stage.ts';
import { readStoredLogs, type StoredLog } from '../stored-log.ts';
import { openTalk } from './talk.ts';

interface Parameters {
  conversations: number;
  perSecond: number;
  /** Before, and after, the backup that is made while everybody writes. */
  talkMs: number;
  /** Messages that are sent again after the restore. */
  repeats: number;
}

/** Copies that are worth having: made while everybody writes, put back elsewhere, and as good as the original. */
export const a53 = defineRow<Parameters>({
  name: 'A53',
  does: '`alcove backup` under 100 messages a second, one killed half-way, and one when all is quiet; `alcove restore` elsewhere. Checksums of all conversations are equal, numbers, client ids and cursors are kept, what is sent again is known.',
  quick: { conversations: 5, perSecond: 60, talkMs: 700, repeats: 10 },
  full: { conversations: 40, perSecond: 100, talkMs: 30_000, repeats: 200 },
  fullSeconds: 90,
  async run(stage, { conversations, perSecond, talkMs, repeats }) {
    const server = await stage.startServer();
    const witness = await sendAll(
      server,
      await server.createVisitorSession(),
      createMessages(repeats),
    );
    const talk = await openTalk(stage, { conversations, clientsEach: 2, perSecond });
    talk.begin();
    await sleep(talkMs);
    const failures = await killBackup(stage);
    const knownBefore = readStoredLogs(stage.file);
    const busy = await restoreElsewhere(stage, 'busy');
    await sleep(talkMs);
    await talk.end();
    await stage.quiet(20_000);
    const calm = await restoreElsewhere(stage, 'calm');

    const logs = readStoredLogs(stage.file);
    failures.push(...compare('the busy backup', { logs, copy: busy.logs, least: knownBefore }));
    failures.push(...compare('the calm backup', { logs, copy: calm.logs, least: logs }));
    const rows = { original: readCursors(stage.file), copied: readCursors(calm.file) };
    if (rows.original !== rows.copied) failures.push('the calm backup has other cursors');
    for (const { dataDir } of [busy, calm]) failures.push(...(await repeatAll(dataDir, witness)));
    const events = countEvents(calm.logs);
    return {
      figures: {
        conversations: calm.logs.length,
        events,
        eventsInBusyBackup: countEvents(busy.logs),
      },
      failures: [...failures, ...atLeast('events', events, repeats + conversations)],
    };
  },
});

interface Message {
  clientMessageId: string;
  content: { kind: 'text'; text: string };
}

interface Witness {
  session: VisitorSession;
  conversationId: string;
  said: { message: Message; result: Appended }[];
}

function createMessages(count: number): Message[] {
  return Array.from({ length: count }, (_, number) => ({
    clientMessageId: createId('cl'),
    content: { kind: 'text', text: `message ${number}` },
  }));
}

async function sendAll(
  server: SpawnedServer,
  session: VisitorSession,
  messages: readonly Message[],
): Promise<Witness> {
  const visitor = await connect(server, 'visitor', session.accessToken);
  const { conversationId } = await openConversation(visitor);
  const said: Witness['said'] = [];
  for (const message of messages) {
    const sent = { conversationId, ...message };
    said.push({ message, result: expectOk(await visitor.ask<Appended>('message.send', sent)) });
  }
  visitor.close();
  return { session, conversationId, said };
}

/** Sends everything again, to a server over the restored data: nothing may be new to it. */
async function repeatAll(dataDir: string, witness: Witness): Promise<string[]> {
  const { session, conversationId, said } = witness;
  const server = await spawnTestServer({ dataDir, logLevel: 'warn', limits: openDoors });
  try {
    const visitor = await connect(server, 'visitor', session.accessToken);
    const failures: string[] = [];
    for (const { message, result } of said) {
      const again = await visitor.ask<Appended>('message.send', { conversationId, ...message });
      if (again.ok && again.duplicate && again.seq === result.seq) continue;
      failures.push(`${result.seq} sent again became ${JSON.stringify(again)}`);
    }
    visitor.close();
    return failures.slice(0, 3);
  } finally {
    await server.kill('SIGTERM');
  }
}

/** Nobody may find a half-written file under the name of a backup; a whole one is fine, if it was killed so late. */
async function killBackup(stage: Stage): Promise<string[]> {
  const file = join(stage.folder, 'killed.backup');
  const command = runAlcove(['backup', file, '--data-dir', dirname(stage.file)]);
  // Heard from the beginning: on a fast machine it is through before it is killed.
  const closed = once(command, 'close');
  await sleep(400 + 400 * stage.random.next());
  command.kill('SIGKILL');
  await closed;
  const isHalf = existsSync(file) && !isWhole(file);
  return isHalf ? ['a backup that was killed left half a file under its name'] : [];
}

function isWhole(file: string): boolean {
  const copy = new DatabaseSync(file, { readOnly: true });
  try {
    const { made } = copy.prepare('SELECT count(*) AS made FROM backup').get() ?? {};
    return made === 1 && copy.prepare('PRAGMA integrity_check').get()?.['integrity_check'] === 'ok';
  } catch {
    // Not a database, or one that ends before its last table.
    return false;
  } finally {
    copy.close();
  }
}

async function restoreElsewhere(stage: Stage, name: string) {
  const backup = join(stage.folder, `${name}.backup`);
  const dataDir = join(stage.folder, name);
  mkdirSync(dataDir);
  await succeed(['backup', backup, '--data-dir', dirname(stage.file)]);
  await succeed(['restore', backup, '--data-dir', dataDir]);
  const file = join(dataDir, 'alcove.db');
  return { dataDir, file, logs: readStoredLogs(file) };
}

async function succeed(parameters: readonly string[]): Promise<void> {
  const command = runAlcove(parameters);
  let said = '';
  for (const stream of [command.stdout, command.stderr]) {
    stream.on('data', (text: Buffer) => void (said += String(text)));
  }
  const [code] = await once(command, 'close');
  if (code !== 0) throw new Error(`alcove ${parameters.join(' ')}: ${said}`);
}

/** The `alcove` command, from the sources. */
function runAlcove(parameters: readonly string[]) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('@alcove/server')));
  return spawn(process.execPath, ['--conditions=alcove-source', main, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Each conversation of the copy is the original's, up to where the copy ends; and at least as long as `least`. */
function compare(
  name: string,
  { logs, copy, least }: Record<'logs' | 'copy' | 'least', readonly StoredLog[]>,
): string[] {
  const originals = new Map(logs.map((log) => [log.id, log]));
  const copies = new Map(copy.map((log) => [log.id, log]));
  const failures: string[] = [];
  for (const { id, events } of copy) {
    const original = originals.get(id)?.events.slice(0, events.length) ?? [];
    if (checksum(original) !== checksum(events)) failures.push(`${name}: ${id} is another`);
  }
  for (const { id, events } of least) {
    const copied = copies.get(id)?.events.length ?? 0;
    if (copied < events.length) {
      failures.push(`${name}: ${id} ends at ${copied}, ${events.length} were stored before`);
    }
  }
  return failures.slice(0, 5);
}

function checksum(events: StoredLog['events']): string {
  return createHash('sha256').update(JSON.stringify(events)).digest('hex');
}

function readCursors(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database
    .prepare('SELECT * FROM cursors ORDER BY conversation, participant_kind, participant_id')
    .all();
  database.close();
  return JSON.stringify(rows);
}

function countEvents(logs: readonly StoredLog[]): number {
  return logs.reduce((sum, { events }) => sum + events.length, 0);
}
