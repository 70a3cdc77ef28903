import type { RedisClients } from './clients.ts';
import type { Hints } from './hints.ts';

/** Proves again and again that a node's connections work. */
export interface Heartbeat {
  /** What was proven does not count any more. */
  reset(): void;
  close(): void;
}

interface HeartbeatOptions {
  clients: Pick<RedisClients, 'publisher' | 'subscriber' | 'store'>;
  hints: Pick<Hints, 'publish' | 'subscribe'>;
  /** This node's own. */
  channel: string;
  beatMs: number;
  /** More beats in a row than these that do not come back are a silence. */
  missedBeats: number;
  /** All connections have been heard since the last silence or reset. */
  onBeat(): void;
  /** Again and again, for as long as it lasts. */
  onSilence(): void;
}

/** The other two connections are ready about when the subscriber is. */
const FIRST_BEAT_MS = 20;

/**
 * The node tells itself something every second, on the very way that hints take, and asks the store for an answer. What
 * comes back proves that all three connections work. Beats are counted, not timed: a process that was stopped for a minute
 * has missed one.
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { clients, hints, channel, beatMs, missedBeats, onBeat, onSilence } = options;
  const missed = { hints: 1, store: 1 };

  function hear(connection: keyof typeof missed) {
    missed[connection] = 0;
    if (missed.hints + missed.store === 0) onBeat();
  }

  function reset() {
    missed.hints = missed.store = 1;
  }

  function beat() {
    if (clients.publisher.status === 'ready') hints.publish(channel, '');
    if (clients.store.status === 'ready') {
      clients.store.ping().then(
        () => hear('store'),
        () => {},
      );
    }
    if (Math.max(++missed.hints, ++missed.store) <= missedBeats) return;
    reset();
    onSilence();
  }

  hints.subscribe(channel, () => hear('hints'));
  clients.subscriber.once('ready', () => setTimeout(beat, FIRST_BEAT_MS).unref());
  const timer = setInterval(beat, beatMs).unref();
  return { reset, close: () => clearInterval(timer) };
}
