import { type ConversationEvent, createId } from '@alcove/protocol';
import { atMost } from '../../figures.ts';
import { openFrameProxy } from '../proxies/frame-proxy.ts';
import { defineRow } from '../row.ts';

interface Parameters {
  conversations: number;
  convergedMs: number;
}

const LAST = 'the last word';

/** The one loss that nothing reveals: no later event has it as its `prev`. */
export const a07 = defineRow<Parameters>({
  name: 'A07',
  does: 'The last event of 500 conversations is dropped on its way to the reader, and then nobody says anything. All 500 readers have it 35 s later, because they ask for heads.',
  quick: { conversations: 12, convergedMs: 9_000 },
  full: { conversations: 500, convergedMs: 35_000 },
  fullSeconds: 90,
  async run(stage, { conversations, convergedMs }) {
    const server = await stage.startServer();
    const proxy = await openFrameProxy({ targetPort: server.port });
    stage.onEnd(proxy.close);
    const writer = await stage.add({ kind: 'bare', side: 'team', name: 'writer' });
    await writer.connect();
    const ids = await Promise.all(
      Array.from({ length: conversations }, async (_, index) => {
        const kind = index % 2 === 0 ? 'sdk' : 'bare';
        const headsMs = stage.isQuick ? 3_000 : undefined;
        const name = `reader ${index}`;
        const reader = await stage.add({ kind, side: 'visitor', name, url: proxy.url, headsMs });
        await reader.connect();
        const opening = { clientConversationId: createId('cl'), text: 'Hello' };
        const { conversationId } = await reader.send(opening);
        await reader.follow(conversationId);
        return conversationId;
      }),
    );
    proxy.setRule(({ kind, body }) => {
      const { content } = (body ?? {}) as Partial<
        ConversationEvent & { content: { text?: string } }
      >;
      return kind === 'event' && content?.text === LAST ? 'drop' : 'pass';
    });
    await Promise.all(ids.map((conversationId) => writer.send({ conversationId, text: LAST })));
    const { latecomers, slowestMs } = await stage.quiet(convergedMs + 1_000);
    const { dropped } = proxy.count({ kind: 'event' });
    return {
      figures: { conversations, dropped, latecomers, convergedMs: slowestMs },
      failures: [
        ...(dropped < conversations ? [`only ${dropped} events were dropped`] : []),
        ...(latecomers ? [`${latecomers} readers did not find out by themselves`] : []),
        ...(stage.isQuick ? [] : atMost('convergence in ms', slowestMs, convergedMs)),
      ],
    };
  },
});
