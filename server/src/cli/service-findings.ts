import { examineRedis } from '../cluster/open-cluster.ts';
import type { Config } from '../config.ts';
import type { Deployment } from '../storage/deployment.ts';
import { examineDeployment, examineStorage } from '../storage/open-storage.ts';
import type { Finding } from './finding.ts';

/** Every message waits for the database, so what is farther away than this is felt. */
const SLOW_DATABASE_MS = 20;

/** Hints and limits wait for Redis; from 300 ms on nodes count by themselves. */
const SLOW_REDIS_MS = 20;

/** Asking the engine is the test: its SQLite is not always the one that Node was made with, its MongoDB may be away. */
export async function checkDatabase({ databaseUrl, autoMigrate }: Config): Promise<Finding[]> {
  const subject = databaseUrl.startsWith('sqlite:') ? 'SQLite' : 'MongoDB';
  try {
    const lacks = await examineStorage(databaseUrl);
    const deployment = await examineDeployment(databaseUrl);
    if (!deployment) {
      return [{ state: 'fine', subject, text: process.versions['sqlite'] ?? 'works' }];
    }
    return [
      { ...judgeDeployment(deployment), subject },
      { ...judgeLacks(lacks, autoMigrate), subject: 'Indexes' },
    ];
  } catch (error) {
    return [{ state: 'wrong', subject, text: (error as Error).message }];
  }
}

/** A finding about something that is named elsewhere. */
export type Judgement = Pick<Finding, 'state' | 'text'>;

function judgeLacks(lacks: readonly string[], autoMigrate: boolean): Judgement {
  if (lacks.length === 0)
    return { state: 'fine', text: 'all there, and the schema is up to date.' };
  const what = `lacks ${lacks.join('; ')}.`;
  if (!autoMigrate) return { state: 'wrong', text: `${what} Run: alcove migrate` };
  return {
    state: 'note',
    text: `${what} The next start builds it; for a lot of data take your time with "alcove migrate" before.`,
  };
}

/** How many members with data a majority can lose one of. */
const FEWEST_MEMBERS = 3;

/** What a kind of server means for what it keeps. */
export function judgeDeployment({ version, answersInMs, members }: Deployment): Judgement {
  const what = `${version}, ${kindOf(members)}, answers in ${inMs(answersInMs)}`;
  if (members !== undefined && members < 2) {
    return {
      state: 'note',
      text: `${what}. It keeps what it acknowledged over a crash, but a lost disk loses everything since the last backup, and while it is away nothing can be sent. For anything that matters take a replica set of three.`,
    };
  }
  if (members !== undefined && members < FEWEST_MEMBERS) {
    const text = `${what}. When one of them is away there is no majority, and nothing can be sent. Add a third.`;
    return { state: 'note', text };
  }
  if (answersInMs <= SLOW_DATABASE_MS) return { state: 'fine', text: `${what}.` };
  const text = `${what}. Each message waits for several such answers: run the nodes where the database is.`;
  return { state: 'note', text };
}

function kindOf(members: number | undefined): string {
  if (members === undefined) return 'behind a router';
  if (members === 0) return 'a single server';
  return `a replica set with ${members === 1 ? 'one member that holds' : `${members} members that hold`} data`;
}

/** Nothing to look at where a node is alone. */
export async function checkRedis({ redisUrl, redisPrefix }: Config): Promise<Finding[]> {
  if (redisUrl === undefined) return [];
  const subject = 'Redis';
  try {
    const { version, answersInMs } = await examineRedis(redisUrl, redisPrefix);
    const what = `${version}, may do what is needed, answers in ${inMs(answersInMs)}.`;
    if (!isGuarded(redisUrl)) {
      const text = `${what} It asks for no password: whoever reaches it can push made-up messages to clients. Give it one, and a private network.`;
      return [{ state: 'note', subject, text }];
    }
    if (answersInMs <= SLOW_REDIS_MS) return [{ state: 'fine', subject, text: what }];
    const text = `${what} Other nodes' messages come that much later: run the nodes where it is.`;
    return [{ state: 'note', subject, text }];
  } catch (error) {
    // A start would go on without it, and each node be alone.
    return [{ state: 'wrong', subject, text: (error as Error).message }];
  }
}

function isGuarded(redisUrl: string): boolean {
  return (URL.parse(redisUrl)?.password ?? '') !== '';
}

function inMs(time: number): string {
  return `${time.toFixed(time < 10 ? 1 : 0)} ms`;
}
