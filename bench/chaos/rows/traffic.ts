import { percentile, round } from '../../figures.ts';
import { type HistoryEntry, now } from '../history.ts';
import type { Stage } from '../stage.ts';
import { gather, type GroupOptions } from './talk.ts';
import { ackTimings, between } from './timings.ts';

/** Who writes, and how much. */
export interface Traffic {
  /** Conversations are spread over so many: nobody has hundreds of agents. */
  workspaces: number;
  conversations: number;
  /** In each conversation: a visitor, and agents. */
  clientsEach: number;
  sendsEach: number;
  /** The pause between two sends of one client, on average. */
  everyMs: number;
  /** What is sent in the first so long is counted and not timed: nodes and their database begin cold. */
  warmUpMs: number;
}

/** What everybody had to wait for. */
export type TrafficTimes = Record<
  'clients' | 'sends' | 'ackP50Ms' | 'ackP99Ms' | 'coldAckP99Ms' | 'fanOutP99Ms' | 'quietAfterMs',
  number
>;

const QUIET_MS = 10_000;

/**
 * Lets new clients write to each other until all have sent what they had to.
 *
 * @param options.from the number of the first conversation, where there are others already.
 */
export async function sendAround(
  stage: Stage,
  { workspaces, conversations, clientsEach, sendsEach, everyMs, warmUpMs }: Traffic,
  { from = 0, personOf }: Pick<GroupOptions, 'personOf'> & { from?: number } = {},
): Promise<TrafficTimes> {
  const homes = await Promise.all(
    Array.from({ length: workspaces }, () => stage.createWorkspace()),
  );
  const groups = await Promise.all(
    Array.from({ length: conversations }, (_, index) =>
      gather(stage, from + index, {
        clientsEach,
        personOf: (conversation, client) => ({
          workspace: homes[index % homes.length],
          ...personOf?.(conversation, client),
        }),
      }),
    ),
  );
  const begunAt = now();
  const warmAt = begunAt + warmUpMs;
  await Promise.all(
    groups.flatMap(({ conversationId, clients }) =>
      clients.map((client) => client.burst({ conversationId, count: sendsEach, everyMs })),
    ),
  );
  const { slowestMs } = await stage.quiet(QUIET_MS);
  const history = await stage.history();
  const timings = ackTimings(history).filter(({ at }) => at >= begunAt);
  const ackMs = between(timings, warmAt);
  return {
    clients: conversations * clientsEach,
    sends: timings.length,
    ackP50Ms: round(percentile(ackMs, 0.5)),
    ackP99Ms: round(percentile(ackMs, 0.99)),
    coldAckP99Ms: round(percentile(between(timings, 0, warmAt), 0.99)),
    fanOutP99Ms: round(percentile(fanOutMs(history, warmAt), 0.99)),
    quietAfterMs: slowestMs,
  };
}

/** From handing a message over until somebody else showed it. */
function fanOutMs(history: readonly HistoryEntry[], since: number): number[] {
  const invoked = new Map<string, HistoryEntry>();
  return history.flatMap((entry) => {
    if (entry.t < since) return [];
    if (entry.type === 'invoke' && !invoked.has(entry.id)) invoked.set(entry.id, entry);
    if (entry.type !== 'apply') return [];
    const message = invoked.get(entry.id);
    return message && message.client !== entry.client ? entry.t - message.t : [];
  });
}
