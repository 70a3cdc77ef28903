import { findSecrets } from '../faults/secrets.ts';
import { type SignWatch, watchSigns } from '../faults/signs.ts';
import type { Stage } from '../stage.ts';
import { openTalk, type Talk, type TalkOptions } from './talk.ts';

/** Begins every message of a talk on nodes. */
const CANARY = 'canary in the mine';

const QUICK_SEEN_MS = 40_000;

/** As balancers do. It is how a node that nobody uses finds out that its store is gone. */
const READY_EVERY_MS = 2000;

/** A talk whose people are on different nodes, and what operators see of it. */
export interface TalkOnNodes {
  talk: Talk;
  /** Its `end` looks for words and tokens in logs and metrics, too. */
  watch: SignWatch;
}

/** @param options.isBalanced Everybody comes in by the balancer; else neighbours in a conversation are on different nodes. */
export async function openTalkOnNodes(
  stage: Stage,
  { isBalanced = false, ...options }: TalkOptions & { isBalanced?: boolean },
): Promise<TalkOnNodes> {
  const { nodes } = stage;
  const talk = await openTalk(stage, {
    text: CANARY,
    personOf: (conversation, client) =>
      isBalanced ? {} : { url: nodes[(conversation + client) % nodes.length]?.url },
    ...options,
  });
  // Short forms have no limits on time.
  const signs = watchSigns(stage.isQuick ? QUICK_SEEN_MS : undefined);
  const asking = setInterval(() => {
    for (const { url } of nodes) void askWhetherReady(url);
  }, READY_EVERY_MS).unref();
  return {
    talk,
    watch: {
      expect: signs.expect,
      shown: signs.shown,
      async end() {
        const { figures, failures } = await signs.end();
        clearInterval(asking);
        const metrics = await Promise.all(nodes.map((node) => node.readMetrics()));
        const lines = nodes.flatMap((node) => node.lines.map(({ text }) => text));
        const secrets = findSecrets([...metrics, ...lines], [CANARY]);
        return {
          figures: { ...figures, logLines: lines.length },
          failures: [
            ...failures,
            ...secrets,
            // Without a line there would be nothing to find.
            ...(lines.length === 0 ? ['no node logged anything'] : []),
          ],
        };
      },
    },
  };
}

async function askWhetherReady(url: string): Promise<void> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(READY_EVERY_MS) });
    await response.text();
  } catch {
    // A node may be dead or frozen. What it finds out it tells by itself.
  }
}
