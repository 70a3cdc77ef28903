/** Sweeps a workspace once the grace time of everybody who has left it is over. */
export function createSweeps(afterMs: number, sweep: (workspaceId: string) => void) {
  const timers = new Map<string, { timer: NodeJS.Timeout; isDueAgain: boolean }>();

  function start(workspaceId: string) {
    const timer = setTimeout(() => {
      const isDueAgain = timers.get(workspaceId)?.isDueAgain;
      timers.delete(workspaceId);
      sweep(workspaceId);
      if (isDueAgain) start(workspaceId);
    }, afterMs).unref();
    timers.set(workspaceId, { timer, isDueAgain: false });
  }

  return {
    due(workspaceId: string) {
      const running = timers.get(workspaceId);
      if (running) running.isDueAgain = true;
      else start(workspaceId);
    },
    close() {
      for (const { timer } of timers.values()) clearTimeout(timer);
    },
  };
}
