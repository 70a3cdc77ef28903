import { atMost, percentile, round } from '../../figures.ts';
import type { HistoryEntry } from '../history.ts';
import { defineRow } from '../row.ts';
import { gather } from './talk.ts';

interface Parameters {
  conversations: number;
  /** In each conversation: a visitor, and agents. */
  clientsEach: number;
  sendsEach: number;
  /** The pause between two sends of one client, on average. */
  everyMs: number;
}

/** Nothing goes wrong: what is fast and right here is the measure of all other rows. */
export const a01 = defineRow<Parameters>({
  name: 'A01',
  does: '200 clients in 50 conversations send 20,000 messages, and nothing fails. Ack p50 < 30 ms, p99 < 200 ms; fan-out p99 < 300 ms.',
  quick: { conversations: 10, clientsEach: 4, sendsEach: 10, everyMs: 40 },
  full: { conversations: 50, clientsEach: 4, sendsEach: 100, everyMs: 400 },
  fullSeconds: 70,
  async run(stage, { conversations, clientsEach, sendsEach, everyMs }) {
    await stage.startServer();
    const groups = await Promise.all(
      Array.from({ length: conversations }, (_, index) => gather(stage, index, { clientsEach })),
    );
    const ackMs = await Promise.all(
      groups.flatMap(({ conversationId, clients }) =>
        clients.map((client) => client.burst({ conversationId, count: sendsEach, everyMs })),
      ),
    );
    const all = ackMs.flat();
    const figures = {
      clients: conversations * clientsEach,
      sends: all.length,
      ackP50Ms: round(percentile(all, 0.5)),
      ackP99Ms: round(percentile(all, 0.99)),
    };
    const { slowestMs } = await stage.quiet(10_000);
    const fanOutP99Ms = round(percentile(fanOutMs(await stage.history()), 0.99));
    const failures = stage.isQuick
      ? []
      : [
          ...atMost('ack p50 in ms', figures.ackP50Ms, 30),
          ...atMost('ack p99 in ms', figures.ackP99Ms, 200),
          ...atMost('fan-out p99 in ms', fanOutP99Ms, 300),
        ];
    return { figures: { ...figures, fanOutP99Ms, quietAfterMs: slowestMs }, failures };
  },
});

/** From handing a message over until somebody else showed it. */
function fanOutMs(history: readonly HistoryEntry[]): number[] {
  const invoked = new Map<string, HistoryEntry>();
  return history.flatMap((entry) => {
    if (entry.type === 'invoke' && !invoked.has(entry.id)) invoked.set(entry.id, entry);
    if (entry.type !== 'apply') return [];
    const message = invoked.get(entry.id);
    return message && message.client !== entry.client ? entry.t - message.t : [];
  });
}
