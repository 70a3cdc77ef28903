import type { Cluster } from '../../cluster/cluster.ts';
import type { Limits } from '../../limits.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { ChatSocket } from './socket-server.ts';

/**
 * Tells clients when this node does not hear the others, so that they ask more often, and greets them again when it does: a
 * hello shows each what it was not told.
 */
export interface OutageNotices {
  /** To be called after each hello, which says to a client that all is well, with how it stood before that was read. */
  greeted(socket: ChatSocket, wasDegraded: boolean): void;
  close(): void;
}

interface OutageNoticesOptions {
  cluster: Cluster;
  live: Pick<LiveSessions, 'all'>;
  limits: Pick<Limits, 'welcomesPerSecond'>;
  /** Has a client compare what it has. Who is gone is left out, and who reads slowly, until it has caught up. */
  welcomeBack(socket: ChatSocket): void;
}

const ROUND_MS = 100;

/**
 * Nobody is told twice in a row: a client that is told begins to wait for the next moment to ask, and if it were told every
 * second it would wait for ever.
 */
export function createOutageNotices(options: OutageNoticesOptions): OutageNotices {
  const { cluster, live, limits, welcomeBack } = options;
  const perRound = Math.max(1, Math.round((limits.welcomesPerSecond * ROUND_MS) / 1000));
  /** Until the next hello. */
  const told = new WeakSet<ChatSocket>();
  /** Until its turn comes a client goes on asking: no need to hurry, and all at once would be a storm. */
  let waiting: ChatSocket[] = [];
  let timer: NodeJS.Timeout | undefined;

  function tell(socket: ChatSocket) {
    if (told.has(socket)) return;
    told.add(socket);
    socket.emit('signal', { type: 'server.degraded' });
  }

  function welcomeSome() {
    waiting.splice(0, perRound).forEach(welcomeBack);
    if (waiting.length === 0) rest();
  }

  function rest() {
    clearInterval(timer);
    timer = undefined;
  }

  function welcome(sockets: readonly ChatSocket[]) {
    waiting.push(...sockets);
    if (waiting.length > 0) timer ??= setInterval(welcomeSome, ROUND_MS).unref();
  }

  const stopListening = cluster.onDegraded((isDegraded) => {
    if (isDegraded) {
      waiting = [];
      for (const socket of live.all()) tell(socket);
    } else {
      welcome(live.all().filter((socket) => told.has(socket)));
    }
  });

  return {
    greeted(socket, wasDegraded) {
      told.delete(socket);
      if (cluster.isDegraded()) tell(socket);
      // It came to an end while the hello was made, which may be from before that.
      else if (wasDegraded) welcome([socket]);
    },
    close() {
      rest();
      stopListening();
    },
  };
}
