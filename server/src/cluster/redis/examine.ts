import { once } from 'node:events';
import { answerTimeOf } from '../../answer-time.ts';
import { openRedisClients } from './clients.ts';
import { watchRights } from './rights.ts';
import { refusalOf, watchVersion } from './server-check.ts';

/** What was found out about a Redis. */
export interface RedisFindings {
  version: string;
  answersInMs: number;
}

const PATIENCE_MS = 3_000;

/** @throws Error in words for the operator when it cannot be used, or is not reached. */
export async function examineServer({
  url,
  prefix,
}: {
  url: string;
  prefix: string;
}): Promise<RedisFindings> {
  let reason = `no answer within ${PATIENCE_MS / 1000} s`;
  let refusal: string | undefined;
  const hear = (said: string) => {
    reason = said;
    refusal ??= refusalOf(said);
  };
  const times = { commandMs: PATIENCE_MS, connectMs: PATIENCE_MS };
  const clients = openRedisClients({ url, ...times, onError: hear });
  const tried = watchRights(clients, prefix, hear);
  watchVersion(clients.store, hear);
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    await Promise.all([
      once(clients.store, 'ready', { signal }),
      once(clients.subscriber, 'ready', { signal }),
    ]);
    const info = await clients.store.info('server').catch(() => '');
    const answersInMs = await answerTimeOf(() => clients.store.ping());
    await tried();
    if (refusal) throw new Error(refusal);
    return { version: /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'unknown', answersInMs };
  } catch (cause) {
    throw new Error(
      refusal ?? `Redis was not reached (${reason}). Start it, or correct REDIS_URL.`,
      { cause },
    );
  } finally {
    clients.close();
  }
}
