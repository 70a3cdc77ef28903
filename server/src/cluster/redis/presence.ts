import type { PresenceStatus } from '@alcove/protocol';
import type { Presence } from '../cluster.ts';
import { createListeners, once } from '../listeners.ts';
import type { Hints } from './hints.ts';
import { createLocalCounts } from './local-counts.ts';
import { createPresenceEntries, type PresenceEntriesOptions } from './presence-entries.ts';

/** Presence over all nodes, and what the engine does with it. */
export interface RedisPresence extends Presence {
  /** Says anew who is here: Redis may have forgotten, or never heard. */
  refresh(): void;
  /** How many participants are here. */
  size(): number;
  /** Lets everybody go who is here. */
  close(): Promise<void>;
}

type Options = Omit<PresenceEntriesOptions, 'channel'> & { hints: Pick<Hints, 'subscribe'> };

/**
 * A node counts its own connections, so that tabs and reloads cost Redis nothing, and knows by itself who is here. Redis is
 * told when somebody's first connection here begins and when the last one ends, and asked about everybody else.
 */
export function createRedisPresence(options: Options): RedisPresence {
  const { prefix, refreshMs, hints } = options;
  const channel = `${prefix}:presence`;
  const here = createLocalCounts();
  const changes = createListeners<Parameters<Parameters<Presence['onChange']>[0]>>();
  const entries = createPresenceEntries({ ...options, channel });
  const turn = createTurn((workspaceId, ids) => {
    const isHere = (id: string) => here.has(workspaceId, id);
    void entries.keep(workspaceId, ids.filter(isHere));
    void entries.letGo(
      workspaceId,
      ids.filter((id) => !isHere(id)),
    );
  });

  hints.subscribe(channel, (message) => changes.tell(...parseChange(message)));
  const timer = setInterval(refresh, refreshMs).unref();

  function refresh() {
    for (const [workspaceId, ids] of here.all()) void entries.keep(workspaceId, ids);
  }

  return {
    join(workspaceId, participantId) {
      if (here.add(workspaceId, participantId)) turn.add(workspaceId, participantId);
      return once(() => {
        if (here.remove(workspaceId, participantId)) turn.add(workspaceId, participantId);
      });
    },
    async statusOf(workspaceId, participantIds) {
      const elsewhere = participantIds.filter((id) => !here.has(workspaceId, id));
      if (elsewhere.length === 0) return participantIds.map(() => 'online');
      // Whoever left in this turn is still within the grace time, of which Redis has to know first.
      turn.end(workspaceId);
      const answers = await entries.ask(workspaceId, elsewhere);
      const told = new Map(elsewhere.map((id, index) => [id, answers[index]]));
      return participantIds.map((id) => told.get(id) ?? 'online');
    },
    onChange: changes.add,
    refresh,
    size: here.size,
    async close() {
      clearInterval(timer);
      changes.clear();
      await Promise.all([...here.all()].map((workspace) => entries.letGo(...workspace)));
      entries.close();
    },
  };
}

/** Gathers who came and went in a turn of the event loop: only how they stand at its end is worth saying. */
function createTurn(say: (workspaceId: string, participantIds: string[]) => void) {
  const unsaid = new Map<string, Set<string>>();

  function end(workspaceId: string) {
    const participantIds = unsaid.get(workspaceId);
    unsaid.delete(workspaceId);
    if (participantIds) say(workspaceId, [...participantIds]);
  }

  return {
    add(workspaceId: string, participantId: string) {
      if (unsaid.size === 0) setImmediate(() => [...unsaid.keys()].forEach(end));
      unsaid.set(workspaceId, (unsaid.get(workspaceId) ?? new Set()).add(participantId));
    },
    end,
  };
}

/** @throws Error for what no node of ours says. */
function parseChange(message: string): [string, string, PresenceStatus] {
  const change: unknown = JSON.parse(message);
  if (!Array.isArray(change)) throw new Error('not a change');
  const [workspaceId, participantId, status]: unknown[] = change;
  const isKnown = status === 'online' || status === 'offline';
  if (typeof workspaceId !== 'string' || typeof participantId !== 'string' || !isKnown) {
    throw new Error('not a change');
  }
  return [workspaceId, participantId, status];
}
