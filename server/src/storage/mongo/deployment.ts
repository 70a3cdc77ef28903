import type { Connection } from 'mongoose';
import { answerTimeOf } from '../../answer-time.ts';
import type { Deployment } from '../deployment.ts';

/** @see Deployment */
export async function deploymentOf({ db }: Connection): Promise<Deployment> {
  const ask = async (command: string): Promise<Record<string, unknown>> =>
    (await db?.admin().command({ [command]: 1 })) ?? {};
  const { version } = await ask('buildInfo');
  const { setName, hosts, passives, msg } = await ask('hello');
  const count = (list: unknown) => (Array.isArray(list) ? list.length : 0);
  return {
    version: String(version),
    answersInMs: await answerTimeOf(() => ask('ping')),
    ...(msg !== 'isdbgrid' && {
      members: setName === undefined ? 0 : count(hosts) + count(passives),
    }),
  };
}
