import { createId, WIRE_LIMITS } from '@alcove/protocol';
import type { ChaosClient } from '../client.ts';
import type { HistoryEntry } from '../history.ts';
import { openFrameProxy } from '../proxies/frame-proxy.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';

interface Parameters {
  /** How many events pass while a reader is away; each in a conversation of its own. */
  gaps: number[];
}

/** Coming back after a while: below, at and above each page's and the reset's border. */
export const a08 = defineRow<Parameters>({
  name: 'A08',
  does: 'Readers of both sides are away while 1, 199, 200, 201, 999, 1,000, 1,001 and 5,000 events pass. They catch up exactly, and begin anew only where more than 1,000 are missing.',
  quick: { gaps: [1, 200, 201, 1001] },
  full: { gaps: [1, 199, 200, 201, 999, 1000, 1001, 5000] },
  fullSeconds: 90,
  async run(stage, { gaps }) {
    const server = await stage.startServer();
    const proxy = await openFrameProxy({ targetPort: server.port });
    stage.onEnd(proxy.close);
    const places = await Promise.all(gaps.map((gap) => openPlace(stage, gap, proxy.url)));
    // The network is gone for those behind the proxy, and they notice.
    proxy.setDoor('captive-portal');
    proxy.disconnect();
    await Promise.all(
      places.flatMap(({ writers, conversationId, gap }) =>
        writers.map((writer, index) => {
          const count = Math.floor((gap + index) / writers.length);
          return writer.burst({ conversationId, count });
        }),
      ),
    );
    proxy.setDoor('open');
    const { latecomers, slowestMs } = await stage.quiet(60_000);
    const resets = countResets(await stage.history());
    const failures = places.flatMap(({ conversationId, gap }) => {
      const begun = resets.get(conversationId) ?? 0;
      const wanted = gap > WIRE_LIMITS.resetGap ? READERS.length : 0;
      return begun === wanted
        ? []
        : [`${begun} of ${READERS.length} began anew after ${gap} events`];
    });
    return {
      figures: {
        gaps: gaps.join(' '),
        readers: READERS.length,
        latecomers,
        backAfterMs: slowestMs,
      },
      failures,
    };
  },
});

const READERS = [
  { kind: 'sdk', side: 'visitor' },
  { kind: 'sdk', side: 'team' },
  { kind: 'bare', side: 'team' },
] as const;

/** One sender waits for each ack: several are faster. */
const WRITERS = 5;

/** A conversation whose visitor and readers are behind the proxy, and somebody beside it who goes on writing. */
async function openPlace(stage: Stage, gap: number, url: string) {
  const readers: ChaosClient[] = [];
  for (const { kind, side } of READERS) {
    const name = `${kind} ${side} of ${gap}`;
    const reader = await stage.add({ kind, side, name, url });
    await reader.connect();
    readers.push(reader);
  }
  const session = await stage.server.createAgent('owner');
  const writers = await Promise.all(
    Array.from({ length: WRITERS }, async (_, index) => {
      const name = `writer ${index} of ${gap}`;
      const writer = await stage.add({ kind: 'bare', side: 'team', name, session });
      await writer.connect();
      return writer;
    }),
  );
  const [visitor] = readers;
  if (!visitor) throw new Error('a conversation needs a visitor');
  const opening = { clientConversationId: createId('cl'), text: 'Hello' };
  const { conversationId } = await visitor.send(opening);
  await Promise.all(readers.map((reader) => reader.follow(conversationId)));
  return { conversationId, writers, gap };
}

function countResets(history: readonly HistoryEntry[]): Map<string, number> {
  const resets = new Map<string, number>();
  for (const entry of history) {
    if (entry.type !== 'reset') continue;
    resets.set(entry.conversation, (resets.get(entry.conversation) ?? 0) + 1);
  }
  return resets;
}
