import { createAdapter } from '@socket.io/redis-adapter';
import type { Redis } from 'ioredis';
import type { SocketAdapter } from '../cluster.ts';
import type { Hints } from './hints.ts';

type OnMessage = (pattern: Buffer, channel: Buffer, message: Buffer) => void;

/**
 * The channels of all namespaces. One pattern, since Redis gives a user only patterns that are named to it letter by letter; an
 * adapter passes over what is for others.
 */
export function roomChannels(prefix: string): string {
  return `${prefix}:rooms#*`;
}

/**
 * Socket.IO's adapter, between two stand-ins for its clients. The adapter ignores every promise and lets a malformed message
 * end the process; what it is given here does neither. Its channel for requests (who is connected elsewhere, join, leave,
 * disconnect) stays closed: nothing here uses it, and whoever could write to Redis could ask for handshakes by it.
 */
export function createFanOut(options: {
  subscriber: Redis;
  hints: Pick<Hints, 'publish' | 'guard'>;
  /** Channels begin with it. */
  prefix: string;
}): SocketAdapter {
  const { subscriber, hints, prefix } = options;
  /** By the adapters' own listeners, one for each namespace. */
  const listeners = new Map<OnMessage, OnMessage>();

  const publisherFacade = { publish: hints.publish, on: nothing, off: nothing };
  const subscriberFacade = {
    psubscribe() {
      subscriber.psubscribe(roomChannels(prefix)).catch(nothing);
    },
    // Shared by all namespaces, for as long as the node lives.
    punsubscribe: nothing,
    on(name: string, listener: OnMessage) {
      if (name !== 'pmessageBuffer') return;
      const guarded: OnMessage = (...message) => hints.guard(() => listener(...message));
      listeners.set(listener, guarded);
      subscriber.on(name, guarded);
    },
    off(name: string, listener: OnMessage) {
      const guarded = listeners.get(listener);
      if (name === 'pmessageBuffer' && guarded) subscriber.off(name, guarded);
    },
    subscribe: nothing,
    unsubscribe: nothing,
  };
  return createAdapter(publisherFacade, subscriberFacade, { key: `${prefix}:rooms` });
}

function nothing(): void {}
