import type { ConversationEvent, SendMessage } from '@alcove/protocol';
import { atLeast } from '../../figures.ts';
import { openFrameProxy } from '../proxies/frame-proxy.ts';
import { defineRow } from '../row.ts';
import { gather } from './talk.ts';

interface Parameters {
  conversations: number;
  sendsEach: number;
  /** Of all sends. */
  retries: number;
}

const DROPPED = 0.2;

/** The message arrived, the sender does not know: the oldest way to say something twice. */
export const a05 = defineRow<Parameters>({
  name: 'A05',
  does: 'Of every fifth of 5,000 sends neither the ack nor the echo comes back, and of all other echoes every fifth is dropped, too. All is stored once, every outbox ends empty, and at least 900 sends really were sent again.',
  quick: { conversations: 50, sendsEach: 2, retries: 10 },
  full: { conversations: 100, sendsEach: 50, retries: 900 },
  fullSeconds: 220,
  async run(stage, { conversations, sendsEach, retries }) {
    const server = await stage.startServer();
    const proxy = await openFrameProxy({ targetPort: server.port });
    stage.onEnd(proxy.close);
    const groups = await Promise.all(
      Array.from({ length: conversations }, (_, index) =>
        gather(stage, index, { personOf: () => ({ url: proxy.url }) }),
      ),
    );
    const random = stage.random.fork('frames');
    const before = proxy.count({ kind: 'command', command: 'message.send' }).seen;
    // Either of the two tells a sender that it arrived: who hears one of them does not send again.
    const unheard = new Map<number, string>();
    proxy.setRule(({ kind, command, connection, body }) => {
      if (kind === 'command' && command === 'message.send') {
        const { clientMessageId } = body as SendMessage;
        if (random.chance(DROPPED)) unheard.set(connection, clientMessageId);
        else unheard.delete(connection);
      }
      if (kind === 'ack' && command === 'message.send' && unheard.has(connection)) return 'drop';
      if (kind !== 'event') return 'pass';
      const { clientEventId } = body as ConversationEvent;
      const isLost = unheard.get(connection) === clientEventId || random.chance(DROPPED);
      return isLost ? 'drop' : 'pass';
    });
    await Promise.all(
      groups.flatMap(({ conversationId, clients }) =>
        clients.map((client) => client.burst({ conversationId, count: sendsEach })),
      ),
    );
    proxy.setRule();
    const { latecomers } = await stage.quiet(60_000);
    const standings = await Promise.all(stage.clients.map((client) => client.standing()));
    const unsent = standings.reduce((sum, { pending }) => sum + pending, 0);
    const sends = conversations * sendsEach;
    const again = proxy.count({ kind: 'command', command: 'message.send' }).seen - before - sends;
    const acks = proxy.count({ kind: 'ack', command: 'message.send' });
    return {
      figures: { sends, droppedAcks: acks.dropped, sentAgain: again, unsent, latecomers },
      failures: [
        ...atLeast('the number of sends that were sent again', again, retries),
        ...(unsent ? [`${unsent} messages are still in an outbox`] : []),
      ],
    };
  },
});
