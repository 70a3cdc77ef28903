import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnTestServer } from '@alcove/server/testing';
import { atLeast } from '../../figures.ts';
import { defineRow, type Findings } from '../row.ts';
import { openDoors, type Stage } from '../stage.ts';
import { readStoredLogs } from '../stored-log.ts';
import { runAlcove, succeed } from './alcove-command.ts';
import { compareLogs, countEvents } from './compare-logs.ts';
import { moveToNodes } from './move-to-nodes.ts';
import { openTalk } from './talk.ts';
import { hearWitness, repeatAll, type Witness } from './witness.ts';

interface Parameters {
  conversations: number;
  perSecond: number;
  /** Before, and after, the backup that is made while everybody writes. */
  talkMs: number;
  /** Messages that are sent again afterwards. */
  repeats: number;
  /** That are moved from SQLite to two nodes. */
  movedEvents: number;
}

/**
 * Copies that are worth having: made while everybody writes, put back elsewhere, and as good as the original. On two nodes: what is
 * moved to MongoDB.
 */
export const a53 = defineRow<Parameters>({
  name: 'A53',
  stages: ['sqlite', 'nodes'],
  does: '`alcove backup` under 100 messages a second, one killed half-way, and one when all is quiet; `alcove restore` elsewhere; `alcove migrate-storage` with 200,000 events. Checksums of all conversations are equal, numbers, client ids and cursors are kept, what is sent again is known.',
  quick: { conversations: 5, perSecond: 60, talkMs: 700, repeats: 10, movedEvents: 4000 },
  full: { conversations: 40, perSecond: 100, talkMs: 30_000, repeats: 200, movedEvents: 200_000 },
  fullSeconds: 90,
  run: (stage, parameters) =>
    stage.kind === 'nodes' ? moveToNodes(stage, parameters) : backUp(stage, parameters),
});

async function backUp(
  stage: Stage,
  { conversations, perSecond, talkMs, repeats }: Parameters,
): Promise<Findings> {
  const witness = await hearWitness(await stage.startServer(), repeats);
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
  failures.push(...compareLogs('the busy backup', { logs, copy: busy.logs, least: knownBefore }));
  failures.push(...compareLogs('the calm backup', { logs, copy: calm.logs, least: logs }));
  const rows = { original: readCursors(stage.file), copied: readCursors(calm.file) };
  if (rows.original !== rows.copied) failures.push('the calm backup has other cursors');
  for (const { dataDir } of [busy, calm]) failures.push(...(await repeatOver(dataDir, witness)));
  const events = countEvents(calm.logs);
  return {
    figures: {
      conversations: calm.logs.length,
      events,
      eventsInBusyBackup: countEvents(busy.logs),
    },
    failures: [...failures, ...atLeast('events', events, repeats + conversations)],
  };
}

/** To a server over the restored data. */
async function repeatOver(dataDir: string, witness: Witness): Promise<string[]> {
  const server = await spawnTestServer({ dataDir, logLevel: 'warn', limits: openDoors });
  try {
    return await repeatAll(server, witness);
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

function readCursors(file: string): string {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database
    .prepare('SELECT * FROM cursors ORDER BY conversation, participant_kind, participant_id')
    .all();
  database.close();
  return JSON.stringify(rows);
}
