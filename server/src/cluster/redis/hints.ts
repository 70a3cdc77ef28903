import type { Redis } from 'ioredis';

/** Sends and hears messages that may get lost. */
export interface Hints {
  /** Returns at once, and never throws. */
  publish(channel: string, message: string | Uint8Array): void;
  /** Hears one channel, for as long as the node lives. What the listener throws counts as a malformed message. */
  subscribe(channel: string, listener: (message: string) => void): void;
  /** Runs `read`; what it throws counts as a malformed message. Whoever can write to Redis can send anything. */
  guard(read: () => void): void;
  figures(): { droppedPublishes: number; malformedMessages: number };
}

/** What the client library keeps for a command beside its content, roughly. */
const COMMAND_BYTES = 512;

/**
 * @param options.maxQueuedBytes More than this is not kept for a connection that takes nothing: it may be dead and not know it.
 */
export function createHints(options: {
  publisher: Redis;
  subscriber: Redis;
  maxQueuedBytes: number;
}): Hints {
  const { publisher, subscriber, maxQueuedBytes } = options;
  const listeners = new Map<string, (message: string) => void>();
  let queuedBytes = 0;
  let droppedPublishes = 0;
  let malformedMessages = 0;

  function guard(read: () => void) {
    try {
      read();
    } catch {
      malformedMessages++;
    }
  }

  subscriber.on('message', (channel: string, message: string) => {
    guard(() => listeners.get(channel)?.(message));
  });

  return {
    publish(channel, message) {
      const bytes = COMMAND_BYTES + message.length;
      // Asked first: for each command that it cannot send, the library would make an error with a stack.
      if (publisher.status !== 'ready' || queuedBytes + bytes > maxQueuedBytes) {
        droppedPublishes++;
        return;
      }
      queuedBytes += bytes;
      const settle = () => {
        queuedBytes -= bytes;
      };
      publisher.publish(channel, asBuffer(message)).then(settle, () => {
        settle();
        droppedPublishes++;
      });
    },
    subscribe(channel, listener) {
      listeners.set(channel, listener);
      // Rejected when the node closes first.
      subscriber.subscribe(channel).catch(() => {});
    },
    guard,
    figures: () => ({ droppedPublishes, malformedMessages }),
  };
}

function asBuffer(message: string | Uint8Array): string | Buffer {
  if (typeof message === 'string') return message;
  return Buffer.from(message.buffer, message.byteOffset, message.byteLength);
}
