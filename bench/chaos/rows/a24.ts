import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, percentile, round } from '../../figures.ts';
import { readMetrics, type SignWatch, type Watched } from '../faults/signs.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';
import { type Answer, ask, type Asker, describe, join, PAUSE_MS } from './asker.ts';
import { openTalkOnNodes } from './talk-on-nodes.ts';
import { longest } from './timings.ts';

interface Parameters {
  kills: number;
  /** How long the database stays away, one after the other and from the start again. */
  awayMs: readonly number[];
  upMs: number;
  conversations: number;
  perSecond: number;
}

/** Whatever is answered well within this time is what a person waits for. */
const STORED_MS = 15_000;
const REFUSED_MS = 5_000;
/** A start of the database included. */
const FOUND_MS = 30_000;
/** What is shorter is made up for by trying again, and nobody learns of it. */
const NOTICED_MS = 4_000;

/** The database's own process dies in the middle of writes, as with the kernel's memory killer, and comes back on what it left. */
export const a24 = defineRow<Parameters>({
  name: 'A24',
  stages: ['nodes'],
  does: '`kill -9` of the database 20 times under 40 messages a second on two nodes; it comes back at once, or after 5 s. Each send is stored within 15 s or refused as store_unavailable within 5 s.',
  quick: { kills: 2, awayMs: [0, 4500], upMs: 1000, conversations: 4, perSecond: 30 },
  full: { kills: 20, awayMs: [0, 5000], upMs: 4000, conversations: 8, perSecond: 40 },
  fullSeconds: 240,
  async run(stage, parameters) {
    const { kills, conversations, perSecond } = parameters;
    await stage.startServer();
    const clientsEach = 2;
    const { talk, watch } = await openTalkOnNodes(stage, { conversations, clientsEach, perSecond });
    const asker = await join(stage);
    talk.begin();
    const asking = keepAsking(asker);
    await killAgainAndAgain(stage, watch, parameters);
    const answers = await asking.end();
    const sends = await talk.end();
    const seen = await watch.end();
    const { stored, refused, others } = sortOut(answers);
    return {
      figures: {
        kills,
        sends: sends.length,
        ackP50Ms: round(percentile(sends, 0.5)),
        ackP99Ms: round(percentile(sends, 0.99)),
        asked: describe(answers),
        longestStoredMs: round(longest(stored)),
        longestRefusedMs: round(longest(refused)),
        ...seen.figures,
      },
      failures: [
        ...seen.failures,
        ...(others.length > 0 ? [`answered with ${describe(others)}`] : []),
        ...(refused.length === 0 ? ['nothing was refused: the database was never away'] : []),
        ...(stage.isQuick
          ? []
          : [
              ...atMost('stored after ms', longest(stored), STORED_MS),
              ...atMost('refused after ms', longest(refused), REFUSED_MS),
            ]),
      ],
    };
  },
});

async function killAgainAndAgain(
  { mongo, nodes, random }: Stage,
  watch: SignWatch,
  { kills, awayMs, upMs }: Parameters,
): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    await sleep(upMs * (0.5 + random.next()));
    // On a busy machine a node may be at the end of the outage before.
    for (const node of nodes) await untilFound(node);
    const downMs = awayMs[kill % awayMs.length] ?? 0;
    const signed = downMs >= NOTICED_MS ? nodes : [];
    for (const node of signed) await watch.expect(node, 'store lost');
    await mongo.kill();
    await sleep(downMs);
    for (const node of signed) await watch.expect(node, 'store found');
    await mongo.restart();
  }
  await sleep(upMs);
}

async function untilFound(node: Watched): Promise<void> {
  const until = performance.now() + FOUND_MS;
  while ((await readMetrics(node))?.get('alcove_store_unavailable') !== 0) {
    if (performance.now() > until) throw new Error(`${node.name} does not find the database`);
    await sleep(PAUSE_MS);
  }
}

/** One question after the other, until the end. */
function keepAsking(asker: Asker) {
  const answers: Answer[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      answers.push(await ask(asker));
      await sleep(PAUSE_MS);
    }
  })();
  return {
    async end(): Promise<Answer[]> {
      isOver = true;
      await asking;
      asker.person.close();
      return answers;
    },
  };
}

/** A breaker that has just closed may let a write find all places taken. */
const REFUSALS = ['store_unavailable', 'busy'];

function sortOut(answers: readonly Answer[]) {
  const timesOf = (outcomes: readonly string[]) =>
    answers.flatMap(({ outcome, ms }) => (outcomes.includes(outcome) ? [ms] : []));
  return {
    stored: timesOf(['ok']),
    refused: timesOf(REFUSALS),
    others: answers.filter(({ outcome }) => !['ok', ...REFUSALS].includes(outcome)),
  };
}
