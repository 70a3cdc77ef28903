import type { PresenceStatus } from '@alcove/protocol';
import type { Redis } from 'ioredis';
import { PRESENCE_SCRIPT } from './presence-script.ts';
import { createSweeps } from './sweeps.ts';

/** What Redis holds of who is where, one entry for each participant on each node. */
export interface PresenceEntries {
  /** These participants are on this node. */
  keep(workspaceId: string, participantIds: readonly string[]): Promise<void>;
  /** These were, a moment ago: the entries end after the grace time, and that is told if they are the last. */
  letGo(workspaceId: string, participantIds: readonly string[]): Promise<void>;
  /** Answers `unknown` for those who cannot be asked about. */
  ask(workspaceId: string, participantIds: readonly string[]): Promise<PresenceStatus[]>;
  close(): void;
}

export interface PresenceEntriesOptions {
  store: Redis;
  /** Keys and channels begin with it. */
  prefix: string;
  node: string;
  /** Where transitions are told. */
  channel: string;
  /** How long somebody stays online after a node that does not say anything any more. */
  ttlMs: number;
  /** How often a node says it again. */
  refreshMs: number;
  graceMs: number;
  /** Whether Redis can be asked. */
  isDown(): boolean;
}

/** One call of the script holds Redis up for well below a millisecond. */
const BATCH = 250;

/** A timer must not be earlier than Redis' clock thinks. */
const SWEEP_SLACK_MS = 5;

/** Never rejects: what cannot be told now is told by the next refresh, and what nobody ever tells ends by itself. */
export function createPresenceEntries(options: PresenceEntriesOptions): PresenceEntries {
  const { ttlMs, graceMs, isDown } = options;
  const run = createScript(options);
  const sweeps = createSweeps(graceMs + SWEEP_SLACK_MS, (workspaceId) => {
    void touch(workspaceId, [], graceMs);
  });

  async function touch(workspaceId: string, participantIds: readonly string[], ms: number) {
    if (isDown()) return;
    const touches = participantIds.flatMap((id) => [id, ms]);
    await run(workspaceId, participantIds.length, touches).catch(() => {});
  }

  async function askBatch(workspaceId: string, participantIds: readonly string[]) {
    try {
      if (isDown()) throw new Error('there is nobody to ask');
      const answers = await run(workspaceId, 0, participantIds);
      return answers.map((answer): PresenceStatus => (answer === 1 ? 'online' : 'offline'));
    } catch {
      return participantIds.map((): PresenceStatus => 'unknown');
    }
  }

  return {
    async keep(workspaceId, participantIds) {
      await Promise.all(inBatches(participantIds, (batch) => touch(workspaceId, batch, ttlMs)));
    },
    async letGo(workspaceId, participantIds) {
      await Promise.all(inBatches(participantIds, (batch) => touch(workspaceId, batch, graceMs)));
      // From now on, when Redis has begun to count: a sweep that came too early would leave it to the next refresh.
      if (participantIds.length > 0) sweeps.due(workspaceId);
    },
    async ask(workspaceId, participantIds) {
      const asking = inBatches(participantIds, (batch) => askBatch(workspaceId, batch));
      return (await Promise.all(asking)).flat();
    },
    close: sweeps.close,
  };
}

/** @see PRESENCE_SCRIPT */
function createScript(options: PresenceEntriesOptions) {
  const { store, prefix, node, channel, ttlMs, refreshMs, graceMs } = options;
  store.defineCommand('alcovePresence', { numberOfKeys: 2, lua: PRESENCE_SCRIPT });
  const scripted = store as Redis & {
    alcovePresence(...args: (string | number)[]): Promise<number[]>;
  };
  const keepMs = ttlMs + refreshMs + graceMs;
  return (workspaceId: string, touches: number, participants: readonly (string | number)[]) => {
    const key = `${prefix}:presence:${workspaceId}`;
    const names = `${key}:names`;
    const about = [channel, workspaceId, node, keepMs, touches];
    return scripted.alcovePresence(key, names, ...about, ...participants);
  };
}

function inBatches<Item, Result>(
  items: readonly Item[],
  act: (batch: readonly Item[]) => Result,
): Result[] {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += BATCH) {
    results.push(act(items.slice(from, from + BATCH)));
  }
  return results;
}
