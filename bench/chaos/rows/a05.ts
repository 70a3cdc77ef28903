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
  does: 'Every fifth ack of 5,000 sends is dropped on its way, and every fifth echo of one. All is stored once, every outbox ends empty, and at least 900 sends really were sent again.',
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
    proxy.setRule(({ kind, command }) => {
      const isAnswer = (kind === 'ack' && command === 'message.send') || kind === 'event';
      return isAnswer && random.chance(DROPPED) ? 'drop' : 'pass';
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
