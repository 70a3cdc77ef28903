import type { Revocations } from '../cluster.ts';
import { createListeners } from '../listeners.ts';
import type { Hints } from './hints.ts';

/** Tells this node at once, and the others by Redis. */
export function createRedisRevocations(options: {
  hints: Pick<Hints, 'publish' | 'subscribe'>;
  prefix: string;
  node: string;
}): Revocations {
  const { hints, prefix, node } = options;
  const listeners = createListeners<[sessionId: string]>();
  const channel = `${prefix}:revocations`;

  hints.subscribe(channel, (message) => {
    const [from, sessionId] = message.split(' ');
    if (!sessionId) throw new Error('not a revocation');
    if (from !== node) listeners.tell(sessionId);
  });

  return {
    revoke(sessionId) {
      listeners.tell(sessionId);
      hints.publish(channel, `${node} ${sessionId}`);
    },
    onRevoked: listeners.add,
  };
}
