import { LRUCache } from 'lru-cache';
import type { Limits } from '../limits.ts';
import type { AgentRecord, Storage } from '../storage/storage.ts';
import type { Clock } from './clock.ts';

/** A workspace's agents by id, oldest first, disabled ones included. */
export type AgentsById = ReadonlyMap<string, AgentRecord>;

/** Who answers in a workspace, remembered: every agent's message carries its author's name. */
export interface Roster {
  /** @param agentId Somebody who is expected among them: another node may just have let them in. */
  agents(workspaceId: string, agentId?: string): Promise<AgentsById>;
  /** To be called whenever an agent came or changed. */
  forget(workspaceId: string): void;
}

export function createRoster(options: { storage: Storage; clock: Clock; limits: Limits }): Roster {
  const { storage, clock, limits } = options;
  // Promises, so that a hundred messages at once read the agents once.
  const cache = new LRUCache<string, Promise<AgentsById>>({
    max: limits.cachedRosters,
    ttl: limits.rosterTtlMs,
    perf: clock,
  });

  async function read(workspaceId: string): Promise<AgentsById> {
    const agents = await storage.forWorkspace(workspaceId).agents.list();
    return new Map(agents.map((agent) => [agent.id, agent]));
  }

  function readAnew(workspaceId: string): Promise<AgentsById> {
    const reading = read(workspaceId);
    cache.set(workspaceId, reading);
    // A failure is the asker's to handle, and nobody's to remember.
    reading.catch(() => {
      if (cache.peek(workspaceId) === reading) cache.delete(workspaceId);
    });
    return reading;
  }

  return {
    async agents(workspaceId, agentId) {
      const agents = await (cache.get(workspaceId) ?? readAnew(workspaceId));
      return agentId === undefined || agents.has(agentId) ? agents : readAnew(workspaceId);
    },
    forget(workspaceId) {
      cache.delete(workspaceId);
    },
  };
}
