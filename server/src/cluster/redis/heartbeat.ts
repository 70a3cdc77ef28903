import type { RedisClients } from './clients.ts';
import type { Hints } from './hints.ts';

/** Proves again and again that a node's connections work. */
export interface Heartbeat {
  /** What was proven does not count any more, nor does what comes back of earlier beats. */
  reset(): void;
  close(): void;
}

interface HeartbeatOptions {
  clients: Pick<RedisClients, 'publisher' | 'subscriber' | 'store'>;
  hints: Pick<Hints, 'publish' | 'subscribe'>;
  /** This node's own, also as a key. */
  channel: string;
  beatMs: number;
  /** More beats in a row than these that do not come back are a silence. */
  missedBeats: number;
  /** All connections have been heard since the last silence or reset. */
  onBeat(): void;
  /** Again and again, for as long as it lasts. */
  onSilence(): void;
  /** Redis answers, and refuses to write. */
  onRefusal(reason: string): void;
}

/** The other two connections are ready about when the subscriber is. */
const FIRST_BEAT_MS = 20;

/** What the store is given to write is gone this soon after the last one. */
const KEPT_BEATS = 10;

/**
 * With each beat the node tells itself something on the very way that hints take, and has the store write something: a
 * replica, a full Redis or one without a disk answers questions, and takes nothing. What comes back proves that all three connections work. Beats are counted, not timed: a process that was stopped for a minute
 * has missed one.
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { clients, hints, channel, beatMs, missedBeats, onBeat, onSilence, onRefusal } = options;
  const missed = { hints: 1, store: 1 };
  let resets = 0;

  function hear(connection: keyof typeof missed, beatOf: number) {
    if (beatOf !== resets) return;
    missed[connection] = 0;
    if (missed.hints + missed.store === 0) onBeat();
  }

  function reset() {
    resets++;
    missed.hints = missed.store = 1;
  }

  function beat() {
    if (Math.max(++missed.hints, ++missed.store) > missedBeats) {
      reset();
      onSilence();
    }
    const beatOf = resets;
    if (clients.publisher.status === 'ready') hints.publish(channel, String(beatOf));
    if (clients.store.status === 'ready') {
      clients.store.set(channel, beatOf, 'PX', KEPT_BEATS * beatMs).then(
        () => hear('store', beatOf),
        (error: Error) => {
          if (error.name === 'ReplyError') onRefusal(error.message);
        },
      );
    }
  }

  hints.subscribe(channel, (message) => hear('hints', Number(message)));
  clients.subscriber.once('ready', () => setTimeout(beat, FIRST_BEAT_MS).unref());
  const timer = setInterval(beat, beatMs).unref();
  return { reset, close: () => clearInterval(timer) };
}
