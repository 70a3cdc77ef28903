import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, median, percentile, round } from '../../figures.ts';
import { STORE_LINKS } from '../faults/node-faults.ts';
import { readMetrics, type SignName } from '../faults/signs.ts';
import type { Conditions } from '../proxies/conditions.ts';
import { defineRow, type Findings } from '../row.ts';
import type { Stage } from '../stage.ts';
import { type Answer, ask, askFor, type Asker, describe, join, PAUSE_MS } from './asker.ts';
import { openTalkOnNodes } from './talk-on-nodes.ts';

interface Parameters {
  links: readonly LinkName[];
  faultMs: number;
  conversations: number;
  perSecond: number;
  /** People who write all at once while the store is slow, and so many messages of each. */
  crowd: number;
  crowdSends: number;
}

const LINKS = { ...STORE_LINKS, cut: { link: 'cut' } } satisfies Record<
  string,
  Partial<Conditions>
>;
type LinkName = keyof typeof LINKS;

const WRITES_UNDER_WAY = 500;
/** Whoever waits for the store waits for seconds; an open breaker answers at once. */
const REFUSED_MS = 500;
const RECOVERED_MS = 10_000;

/** The way to the database is bad, as it is between data centres or while somebody copies disks. */
export const a26 = defineRow<Parameters>({
  name: 'A26',
  stages: ['nodes'],
  does: 'The links between both nodes and the store have 300 ms ± 200 there and back, then 5 % of packets with a reset, 64 KB a second, single bytes, and are cut. Never more than 500 writes are under way. While they are cut everything is refused at once as store_unavailable; each time all works again within 10 s.',
  quick: {
    links: ['resets', 'cut'],
    faultMs: 3500,
    conversations: 4,
    perSecond: 30,
    crowd: 0,
    crowdSends: 0,
  },
  full: {
    links: ['slow', 'resets', 'narrow', 'sliced', 'cut'],
    faultMs: 30_000,
    conversations: 15,
    perSecond: 20,
    crowd: 150,
    crowdSends: 8,
  },
  fullSeconds: 280,
  quietMs: 60_000,
  async run(stage, parameters) {
    const { links, conversations, perSecond, faultMs } = parameters;
    await stage.startServer();
    const { nodes } = stage;
    const clientsEach = 2;
    const { talk, watch } = await openTalkOnNodes(stage, { conversations, clientsEach, perSecond });
    const asker = await join(stage);
    const crowd = await Promise.all(Array.from({ length: parameters.crowd }, () => join(stage)));
    const findings: Findings = { figures: {}, failures: [] };
    const writes = watchWrites(nodes);
    talk.begin();
    for (const name of links) {
      const [begins, ends] = SIGNS_OF[name] ?? [];
      if (begins) for (const node of nodes) await watch.expect(node, begins);
      for (const { storeLink } of nodes) storeLink.set(LINKS[name]);
      if (name === 'slow')
        findings.figures['a crowd in a slow store'] = await flood(crowd, parameters);
      // Whoever asks first after a cut finds out, and waits for it, on a busy machine for seconds.
      const first = name === 'cut' ? [await ask(asker)] : [];
      const met = [...first, ...(await askFor(asker, faultMs))];
      if (ends) for (const node of nodes) await watch.expect(node, ends);
      for (const { storeLink } of nodes) storeLink.set({});
      judge(name, { met, recoveryMs: await recover(asker), findings, isQuick: stage.isQuick });
    }
    const sends = await talk.end();
    const mostWrites = await writes.end();
    for (const { person } of [...crowd, asker]) person.close();
    const seen = await watch.end();
    const ackP99Ms = round(percentile(sends, 0.99));
    Object.assign(findings.figures, { sends: sends.length, ackP99Ms, mostWrites, ...seen.figures });
    findings.failures.push(
      ...seen.failures,
      ...atMost('writes under way', mostWrites, WRITES_UNDER_WAY),
    );
    return findings;
  },
});

/** What operators have to see of each. Resets may pass without anybody noticing: what fails is tried again. */
const SIGNS_OF: Partial<Record<LinkName, readonly SignName[]>> = {
  slow: ['store slow'],
  cut: ['store lost', 'store found'],
};

/** All at once. */
async function flood(crowd: readonly Asker[], { crowdSends }: Parameters): Promise<string> {
  const asking = crowd.flatMap((asker) => Array.from({ length: crowdSends }, () => ask(asker)));
  return describe(await Promise.all(asking));
}

/** How long until something is stored again. */
async function recover(asker: Asker): Promise<number> {
  const since = performance.now();
  while ((await ask(asker)).outcome !== 'ok') {
    if (performance.now() - since > RECOVERED_MS * 2) break;
    await sleep(PAUSE_MS);
  }
  return performance.now() - since;
}

interface Trial {
  met: readonly Answer[];
  recoveryMs: number;
  findings: Findings;
  isQuick: boolean;
}

function judge(name: LinkName, { met, recoveryMs, findings, isQuick }: Trial): void {
  const fail = (...texts: string[]) =>
    findings.failures.push(...texts.map((text) => `${name}: ${text}`));
  findings.figures[name] = describe(met);
  findings.figures[`${name}: recovery ms`] = round(recoveryMs);
  const unexpected = met.filter(({ outcome }) => !EXPECTED.includes(outcome));
  if (unexpected.length) fail(`answered with ${describe(unexpected)}`);
  if (!isQuick) fail(...atMost('recovery in ms', recoveryMs, RECOVERED_MS));
  if (name !== 'cut') return;
  // One may have been on its way.
  if (met.slice(1).some(({ outcome }) => outcome === 'ok')) fail('a message was stored');
  // The last half: by then it is no hiccup any more.
  const late = met.slice(Math.floor(met.length / 2)).map(({ ms }) => ms);
  findings.figures['cut: refused after ms, p50'] = round(median(late));
  fail(...atMost('refused after ms (p50)', median(late), REFUSED_MS));
}

const EXPECTED = ['ok', 'store_unavailable', 'busy'];

/** Looks again and again how many writes are under way. */
function watchWrites(nodes: Stage['nodes']) {
  let most = 0;
  let isWanted = true;
  const looking = nodes.map(async (node) => {
    while (isWanted) {
      const reading = await readMetrics(node);
      most = Math.max(most, reading?.get('alcove_writes_under_way') ?? 0);
      await sleep(PAUSE_MS);
    }
  });
  return {
    async end(): Promise<number> {
      isWanted = false;
      await Promise.all(looking);
      return most;
    },
  };
}
