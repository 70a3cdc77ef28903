import { createId } from '@alcove/protocol';
import { type BareClient, RefusedError } from '../bare-client.ts';
import { defineRow } from '../row.ts';
import type { Stage } from '../stage.ts';

interface Parameters {
  visitors: number;
  idsEach: number;
  alteredEach: number;
}

const MOST_SENDS = 5;

/** The same message over and over, from both tabs of its visitor at once; where there are two nodes, each tab is on one. */
export const a02 = defineRow<Parameters>({
  name: 'A02',
  stages: ['sqlite', 'nodes'],
  does: '10,000 messages, each sent 1 to 5 times at random from the two tabs of its visitor, and 500 of them once more with other words. Each is stored once, all repeats get the first answer, altered ones are refused.',
  quick: { visitors: 5, idsEach: 40, alteredEach: 2 },
  full: { visitors: 20, idsEach: 500, alteredEach: 25 },
  fullSeconds: 60,
  async run(stage, { visitors, idsEach, alteredEach }) {
    await stage.startServer();
    const tally: Tally = { sends: 0, duplicates: 0, conflicts: 0, failures: [] };
    await Promise.all(
      Array.from({ length: visitors }, async (_, index) => {
        const visitor = await createTabs(stage, index);
        const ids: string[] = [];
        for (let number = 0; number < idsEach; number++) {
          ids.push(await sendSome(stage, visitor, tally));
        }
        for (const id of stage.random.shuffle(ids).slice(0, alteredEach)) {
          await sendAltered(visitor, id, tally);
        }
      }),
    );
    const heads = Object.values(await stage.heads());
    const stored = heads.reduce((sum, { team }) => sum + team, 0);
    const wanted = visitors * (idsEach + 1);
    const { failures, ...figures } = tally;
    if (stored !== wanted) failures.push(`${stored} events are stored, not ${wanted}`);
    if (figures.conflicts !== visitors * alteredEach) {
      failures.push(`${figures.conflicts} of ${visitors * alteredEach} altered ones were refused`);
    }
    return { figures: { ids: visitors * idsEach, ...figures }, failures };
  },
});

interface Tally {
  sends: number;
  duplicates: number;
  conflicts: number;
  failures: string[];
}

interface Visitor {
  tabs: BareClient[];
  conversationId: string;
}

/** Two connections of one visitor. */
async function createTabs(stage: Stage, index: number): Promise<Visitor> {
  const session = await stage.server.createVisitorSession();
  const { servers } = stage;
  const tabs = await Promise.all(
    ['left', 'right'].map((side, number) => {
      const { url = '' } = servers[number % servers.length] ?? {};
      return stage.addHere({ side: 'visitor', name: `${side} tab of ${index}`, session, url });
    }),
  );
  await Promise.all(tabs.map((tab) => tab.connect()));
  const [tab] = tabs;
  if (!tab) throw new Error('there is no tab');
  const { conversationId } = await tab.send({
    clientConversationId: createId('cl'),
    text: 'Hello',
  });
  await Promise.all(tabs.map((one) => one.follow(conversationId)));
  return { tabs, conversationId };
}

/** Sends one message from whichever tabs, all at once. */
async function sendSome(
  stage: Stage,
  { tabs, conversationId }: Visitor,
  tally: Tally,
): Promise<string> {
  const id = createId('cl');
  const count = 1 + stage.random.below(MOST_SENDS);
  const answers = await Promise.all(
    Array.from({ length: count }, (_, number) =>
      stage.random.pick(tabs).send({ conversationId, id, text: id, isRepeat: number > 0 }),
    ),
  );
  const events = new Set(answers.map(({ seq, eventId }) => `${seq} (${eventId})`));
  if (events.size !== 1) tally.failures.push(`${id} became ${[...events].join(', ')}`);
  const firsts = answers.filter(({ isDuplicate }) => !isDuplicate).length;
  if (firsts !== 1) tally.failures.push(`${id} was new ${firsts} times`);
  tally.sends += count;
  tally.duplicates += count - firsts;
  return id;
}

async function sendAltered({ tabs, conversationId }: Visitor, id: string, tally: Tally) {
  try {
    await tabs[0]?.send({ conversationId, id, text: 'something else', isRepeat: true });
    tally.failures.push(`${id} was taken with other words`);
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'id_conflict') tally.conflicts++;
    else tally.failures.push(`${id} with other words: ${String(error)}`);
  }
}
