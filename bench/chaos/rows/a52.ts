import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { HistoryResult, MessageCreated } from '@alcove/protocol';
import { SOURCE_FLAGS } from '@alcove/server/testing';
import { percentile, round } from '../../figures.ts';
import type { BareClient } from '../bare-client.ts';
import type { ClientSpec } from '../client.ts';
import { NEW_CONTENT, NEW_EVENTS } from '../next-version/next-version.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';
import { openTalk, untilAllOnline } from './talk.ts';

interface Parameters {
  /** Each with a visitor and two agents, whose clients are of both releases and of nobody's. */
  conversations: number;
  perSecond: number;
  kills: number;
  mixedMs: number;
}

const KINDS: readonly ClientSpec['kind'][] = ['sdk', 'first-release', 'bare'];
const ALL_BACK_MS = 120_000;
/** What is new comes with every third message: on a busy machine those of a moment may be too few. */
const NEWS_MS = 20_000;

const preload = new URL('../next-version/preload.ts', import.meta.url).href;

/** How the next version is started: from today's source, changed while it is loaded. */
const NEXT_VERSION = ['--import', preload];

/** An upgrade under load: what is new must not hurt what is old, on either side. */
export const a52 = defineRow<Parameters>({
  name: 'A52',
  stages: ['nodes'],
  does: 'Two nodes are upgraded under load, and are of two versions for 10 minutes; a third of the clients are of the first release. The migration is killed half-way 5 times. The next version sends events, signals and content that nobody here knows: all step over them.',
  quick: { conversations: 6, perSecond: 20, kills: 1, mixedMs: 2_500 },
  full: { conversations: 24, perSecond: 30, kills: 5, mixedMs: 600_000 },
  fullSeconds: 800,
  async run(stage, { conversations, perSecond, kills, mixedMs }) {
    await stage.startServer(stage.isQuick ? { limits: { drainSpreadMs: 500 } } : {});
    const talk = await openTalk(stage, {
      conversations,
      clientsEach: KINDS.length,
      perSecond,
      // At a node each: with the balancer all would stay where the first upgrade drove them.
      personOf: (conversation, client) => ({
        kind: KINDS[(conversation + client) % KINDS.length],
        url: stage.nodes[(conversation + client) % stage.nodes.length]?.url,
      }),
    });
    const [first, second] = stage.nodes;
    if (!first || !second) throw new Error('an upgrade needs two nodes');
    talk.begin();

    const failures = await migrate(stage, kills);
    const upgrade = async (node: typeof first) => {
      const { code, signal } = await node.kill('SIGTERM');
      if (code !== 0) failures.push(`${node.name} ended with ${signal ?? code}`);
      await node.restart({ execArgv: NEXT_VERSION });
    };
    await upgrade(second);
    await untilAllOnline(talk.clients, ALL_BACK_MS);
    const mixedAt = performance.now();
    // By today's version, of what the next one stores.
    const reader = await stage.addHere({ side: 'team', name: 'reader', url: first.url });
    await reader.connect();
    await sleep(mixedMs);
    const news = await untilNews(reader, talk.conversationIds);
    const mixedSeconds = round((performance.now() - mixedAt) / 1000);
    await upgrade(first);
    await untilAllOnline(talk.clients, ALL_BACK_MS);
    // Rejects if a single message was refused for good.
    const ackMs = await talk.end();
    for (const [name, count] of Object.entries(news)) {
      if (count === 0) failures.push(`the next version stored no ${name}`);
    }
    return {
      figures: {
        clients: talk.clients.length,
        sends: ackMs.length,
        ackP99Ms: round(percentile(ackMs, 0.99)),
        kills,
        mixedSeconds,
        ...news,
      },
      failures,
    };
  },
});

/** Runs the next version's migration while today's nodes go on: killed so many times, each a little further, and to its end. */
async function migrate(stage: Stage, kills: number): Promise<string[]> {
  const failures: string[] = [];
  for (let kill = 1; kill <= kills; kill++) {
    const { code, steps } = await runMigration(stage, (total) => total * (1 - kill / (kills + 1)));
    if (code === null) continue;
    failures.push(`migration ${kill} ended with ${code} after ${steps} steps: it was not killed`);
  }
  const last = await runMigration(stage);
  if (last.code !== 0) failures.push(`the migration ended with ${last.code}`);
  if (last.steps === 0) failures.push('killed migrations had left nothing to do');
  if (stage.isQuick) return failures;
  const again = await runMigration(stage);
  if (again.code !== 0 || again.steps > 0) {
    failures.push(`run again, the migration ended with ${again.code} after ${again.steps} steps`);
  }
  return failures;
}

/** @param left Kills it when of so many rows so few are still to be done. */
async function runMigration({ mongo, folder }: Stage, left?: (total: number) => number) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.resolve('@alcove/server')));
  const child = spawn(
    process.execPath,
    [...SOURCE_FLAGS, ...NEXT_VERSION, main, 'migrate', '--data-dir', folder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, DATABASE_URL: `${mongo.url}/alcove` },
    },
  );
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let steps = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [, todo, total] = /^migrating (\d+) of (\d+)$/.exec(line) ?? [];
    if (!todo) continue;
    steps++;
    if (left && Number(todo) <= left(Number(total))) child.kill('SIGKILL');
  }
  const [code] = await ended;
  return { code, steps };
}

/** How often each of what only the next version knows was seen, once all of it was. */
async function untilNews(reader: BareClient, conversationIds: readonly string[]) {
  const latest = performance.now() + NEWS_MS;
  for (;;) {
    const news = await countNews(reader, conversationIds);
    if (!Object.values(news).includes(0) || performance.now() > latest) return news;
    await sleep(500);
  }
}

/** What only the next version knows, as an agent reads it. */
async function countNews(reader: BareClient, conversationIds: readonly string[]) {
  const types = [...NEW_EVENTS, NEW_CONTENT];
  const counts = Object.fromEntries(types.map((name) => [name, 0]));
  for (const conversationId of conversationIds) {
    const { events } = (await reader.ask('history', { conversationId })) as HistoryResult;
    for (const { type, content } of events as MessageCreated[]) {
      const name = type === 'message.created' ? content.kind : type;
      if (name in counts) counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return counts;
}
