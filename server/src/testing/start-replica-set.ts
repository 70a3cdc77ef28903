import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A replica set of a test's own: three members, each a process. */
export interface TestReplicaSet {
  /** Of all members, without a database. */
  url: string;
  members: readonly TestMember[];
  close(): Promise<void>;
}

/** One `mongod`. */
export interface TestMember {
  /** Of this member alone, without a database. */
  url: string;
  /** It neither hears nor says anything, and its connections stay. */
  freeze(): void;
  thaw(): void;
}

/** What is asked of a member as an administrator. */
export type RunCommand = (member: TestMember, command: object) => Promise<Record<string, unknown>>;

const NAME = 'alcove';

/** Members who hear nothing from a primary for so long elect another one; MongoDB's default of 10 s would be waited for. */
const ELECTION_MS = 2000;

/** Whether three members can be started. Says in one line that they cannot. */
export function hasReplicaSet(): boolean {
  const isThere = spawnSync('mongod', ['--version']).status === 0;
  if (!isThere) process.stdout.write('not run: needs a replica set (mongod on the PATH)\n');
  return isThere;
}

/** Resolves when there is a primary. */
export async function startReplicaSet(run: RunCommand): Promise<TestReplicaSet> {
  const started = await Promise.all([startMember(), startMember(), startMember()]);
  const [first] = started;
  const members = started.map(({ host }, _id) => ({ _id, host }));
  const settings = { electionTimeoutMillis: ELECTION_MS };
  while (!(await answers(run, first, { ping: 1 }))) await wait(50);
  await run(first, { replSetInitiate: { _id: NAME, members, settings } });
  while (!(await primaryOf(run, started))) await wait(50);
  return {
    url: `mongodb://${members.map(({ host }) => host).join(',')}/?replicaSet=${NAME}`,
    members: started,
    close: async () => void (await Promise.all(started.map((member) => member.close()))),
  };
}

/** The member that takes writes, if one says so. */
export async function primaryOf<Member extends TestMember>(
  run: RunCommand,
  members: readonly Member[],
): Promise<Member | undefined> {
  for (const member of members) {
    const said = await answers(run, member, { hello: 1 });
    if (said?.['isWritablePrimary'] === true) return member;
  }
  return undefined;
}

async function answers(run: RunCommand, member: TestMember, command: object) {
  return await run(member, command).catch(() => undefined);
}

async function startMember(): Promise<TestMember & { host: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-member-'));
  const host = `127.0.0.1:${await freePort()}`;
  const place = ['--port', host.split(':')[1] ?? '', '--bind_ip', '127.0.0.1', '--dbpath', folder];
  const child: ChildProcess = spawn('mongod', ['--replSet', NAME, '--quiet', ...place], {
    stdio: 'ignore',
  });
  return {
    host,
    url: `mongodb://${host}/?directConnection=true`,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async close() {
      const ended = once(child, 'exit');
      if (child.kill('SIGKILL')) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
