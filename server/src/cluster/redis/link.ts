import type { Logger } from 'pino';
import { createListeners, type Listeners } from '../listeners.ts';
import type { RedisClients } from './clients.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { Hints } from './hints.ts';
import { createOutageLog } from './outage-log.ts';

/** Whether this node and the others can hear one another. */
export interface Link {
  isDown(): boolean;
  onChange(listener: (isDown: boolean) => void): () => void;
  /** Resolves when it is up, or after this time, and then says in the log that it is not. */
  settle(patienceMs: number): Promise<void>;
  /** To be told why connections fail. */
  hear(reason: string): void;
  /** How often it went down. */
  outages(): number;
  close(): void;
}

interface LinkOptions {
  clients: RedisClients;
  hints: Pick<Hints, 'publish' | 'subscribe'>;
  /** This node's own. */
  channel: string;
  beatMs: number;
  missedBeats: number;
  /** A new connection is given this long before it counts as one that only looks alive. */
  connectMs: number;
  logger: Logger;
}

/** A connection that closes is known at once; one whose other end has silently gone, when beats stay away. */
export function createLink(options: LinkOptions): Link {
  const { clients, connectMs } = options;
  const changes = createListeners<[isDown: boolean]>();
  const outage = createOutageLog(options.logger);
  let isDown = true;
  let outages = 0;
  let reconnectedAt = performance.now();

  function goDown(reason: string) {
    if (isDown) return;
    isDown = true;
    outages++;
    heartbeat.reset();
    outage.begin(reason);
    changes.tell(isDown);
  }

  const heartbeat = startHeartbeat({
    ...options,
    onBeat() {
      if (!isDown) return;
      isDown = false;
      outage.end();
      changes.tell(isDown);
    },
    onSilence() {
      goDown('nothing comes back');
      if (performance.now() - reconnectedAt < connectMs) return;
      reconnectedAt = performance.now();
      clients.reconnect();
    },
    onRefusal: outage.hear,
  });
  for (const client of [clients.publisher, clients.subscriber, clients.store]) {
    client.on('close', () => goDown('a connection was closed'));
  }

  return {
    isDown: () => isDown,
    onChange: changes.add,
    async settle(patienceMs) {
      if (!(await isToldWithin(changes, patienceMs))) outage.begin('no connection yet');
    },
    hear: outage.hear,
    outages: () => outages,
    close() {
      heartbeat.close();
      // Whatever closes from now on is no outage.
      isDown = true;
      changes.clear();
    },
  };
}

/** Whether there is a change in this time. */
function isToldWithin(changes: Listeners<[boolean]>, patienceMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isTold: boolean) => {
      clearTimeout(impatience);
      stop();
      resolve(isTold);
    };
    const impatience = setTimeout(() => settle(false), patienceMs);
    const stop = changes.add(() => settle(true));
  });
}
