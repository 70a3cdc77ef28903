/** Who is here, and by how many sockets. */
export function createLocalCounts() {
  const workspaces = new Map<string, Map<string, number>>();
  let size = 0;
  return {
    /** @returns whether this is the first socket of the participant. */
    add(workspaceId: string, participantId: string): boolean {
      const counts = workspaces.get(workspaceId) ?? new Map<string, number>();
      workspaces.set(workspaceId, counts);
      const sockets = (counts.get(participantId) ?? 0) + 1;
      counts.set(participantId, sockets);
      if (sockets === 1) size++;
      return sockets === 1;
    },
    /** @returns whether it was the last one. */
    remove(workspaceId: string, participantId: string): boolean {
      const counts = workspaces.get(workspaceId);
      const sockets = (counts?.get(participantId) ?? 0) - 1;
      if (sockets > 0) counts?.set(participantId, sockets);
      if (sockets !== 0) return false;
      counts?.delete(participantId);
      if (counts?.size === 0) workspaces.delete(workspaceId);
      size--;
      return true;
    },
    has: (workspaceId: string, participantId: string) =>
      workspaces.get(workspaceId)?.has(participantId) ?? false,
    *all(): Iterable<[workspaceId: string, participantIds: string[]]> {
      for (const [workspaceId, counts] of workspaces) yield [workspaceId, [...counts.keys()]];
    },
    size: () => size,
  };
}
