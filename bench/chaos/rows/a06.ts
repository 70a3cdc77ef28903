import { setTimeout as sleep } from 'node:timers/promises';
import { type ConversationEvent, createId } from '@alcove/protocol';
import { atMost } from '../../figures.ts';
import type { Frame } from '../proxies/frame.ts';
import { type FrameProxy, openFrameProxy, type Verdict } from '../proxies/frame-proxy.ts';
import type { Random } from '../random.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';

interface Parameters {
  readers: number;
  bursts: number;
  sendsEach: number;
}

/** A tenth of all events meets a fault. */
const FAULTY = 0.1;
const HOLD_MS = 200;
const CONVERGED_MS = 2000;
/** Ends a burst, and arrives: how a lost last event is found out is A07's question. */
const LAST = 'that was all';

/** Pushes are hints: lost, doubled and shuffled ones change nothing that anybody sees. */
export const a06 = defineRow<Parameters>({
  name: 'A06',
  does: 'A tenth of the events on their way to 50 readers is dropped, doubled or held back until others have overtaken it. Everybody has everything 2 s after each burst, with at most one catch-up for each gap.',
  quick: { readers: 20, bursts: 2, sendsEach: 25 },
  full: { readers: 50, bursts: 20, sendsEach: 50 },
  fullSeconds: 100,
  async run(stage, { readers, bursts, sendsEach }) {
    const server = await stage.startServer();
    const proxy = await openFrameProxy({ targetPort: server.port });
    stage.onEnd(proxy.close);
    const { writer, conversationId } = await seat(stage, proxy, readers);
    const faults = createFaults(stage.random.fork('frames'));
    const syncsBefore = proxy.count({ kind: 'command', command: 'sync' }).seen;
    proxy.setRule(faults.rule);
    const convergedMs: number[] = [];
    for (let burst = 0; burst < bursts; burst++) {
      await writer.burst({ conversationId, count: sendsEach, everyMs: 5 });
      await writer.send({ conversationId, text: LAST });
      const { slowestMs } = await stage.quiet(10_000);
      convergedMs.push(slowestMs);
      // What is still held back belongs to this burst.
      await sleep(HOLD_MS);
    }
    const syncs = proxy.count({ kind: 'command', command: 'sync' }).seen - syncsBefore;
    const events = proxy.count({ kind: 'event' });
    const greedy = faults.greedy();
    return {
      figures: {
        readers,
        bursts,
        dropped: events.dropped,
        doubled: events.copied,
        held: events.held,
        gaps: faults.gaps(),
        syncs,
        convergedMs: Math.max(...convergedMs),
      },
      failures: [
        ...greedy.map(
          (one) => `connection ${one.connection}: ${one.syncs} syncs, ${one.gaps} gaps`,
        ),
        ...(stage.isQuick
          ? []
          : atMost('convergence in ms', Math.max(...convergedMs), CONVERGED_MS)),
      ],
    };
  },
});

/** Readers behind the proxy, half of them Alcove's own clients; the writer beside it. */
async function seat(stage: Stage, proxy: FrameProxy, readers: number) {
  const writer = await stage.add({ kind: 'bare', side: 'visitor', name: 'writer' });
  await writer.connect();
  const { conversationId } = await writer.send({
    clientConversationId: createId('cl'),
    text: 'Hello',
  });
  await Promise.all(
    Array.from({ length: readers }, async (_, index) => {
      const kind = index % 2 === 0 ? 'sdk' : 'bare';
      const name = `reader ${index}`;
      const reader = await stage.add({ kind, side: 'team', name, url: proxy.url });
      await reader.connect();
      await reader.follow(conversationId);
    }),
  );
  return { writer, conversationId };
}

interface Tally {
  connection: number;
  gaps: number;
  syncs: number;
  wasFaulty: boolean;
}

/** Decides about each event, and counts for each connection the gaps that it makes and the catch-ups that they cost. */
function createFaults(random: Random) {
  const tallies = new Map<number, Tally>();
  const tallyOf = (connection: number): Tally => {
    const tally = tallies.get(connection) ?? { connection, gaps: 0, syncs: 0, wasFaulty: false };
    tallies.set(connection, tally);
    return tally;
  };
  const decide = (frame: Frame): Verdict => {
    const { content } = frame.body as Partial<ConversationEvent & { content: { text?: string } }>;
    if (content?.text === LAST || !random.chance(FAULTY)) return 'pass';
    return random.pick<Verdict>(['drop', { copies: 2 }, { holdMs: HOLD_MS }]);
  };
  return {
    rule(frame: Frame): Verdict {
      if (frame.kind === 'command' && frame.command === 'sync') tallyOf(frame.connection).syncs++;
      if (frame.kind !== 'event') return 'pass';
      const verdict = decide(frame);
      const tally = tallyOf(frame.connection);
      const isGap = verdict === 'drop' || (typeof verdict === 'object' && 'holdMs' in verdict);
      if (isGap && !tally.wasFaulty) tally.gaps++;
      tally.wasFaulty = isGap;
      return verdict;
    },
    gaps: () => [...tallies.values()].reduce((sum, { gaps }) => sum + gaps, 0),
    greedy: () => [...tallies.values()].filter(({ syncs, gaps }) => syncs > gaps),
  };
}
