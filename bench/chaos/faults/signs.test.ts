import { expect, it } from 'vitest';
import { now } from '../history.ts';
import { type Watched, watchSigns } from './signs.ts';

/** A node that says what it is told to say. */
function createNode() {
  const lines: { at: number; text: string }[] = [];
  const metrics = { outages: 3, isDown: false };
  const node: Watched = {
    name: 'node 1',
    lines,
    async readMetrics() {
      if (metrics.isDown) throw new Error('nobody answers');
      return `# HELP ...\nalcove_cluster_outages_total ${metrics.outages}\n`;
    },
  };
  return { node, metrics, say: (text: string) => lines.push({ at: now(), text }) };
}

it('is content with a metric and a line that come after the fault', async () => {
  const { node, metrics, say } = createNode();
  const watch = watchSigns();
  await watch.expect(node, 'Redis lost');
  metrics.outages++;
  say('Redis is out of reach: this node goes on by itself');
  await expect(watch.end()).resolves.toMatchObject({ failures: [], figures: { signs: 1 } });
});

it('takes no line and no metric for a sign that were there before', {
  timeout: 20_000,
}, async () => {
  const { node, say } = createNode();
  say('Redis is out of reach: this node goes on by itself');
  const watch = watchSigns(300);
  await watch.expect(node, 'Redis lost');
  await expect(watch.end()).resolves.toMatchObject({
    failures: [
      '"Redis lost" of node 1 did not show in /metrics',
      '"Redis lost" of node 1 did not show in the log',
    ],
  });
});

it('sees that nobody answers', async () => {
  const { node, metrics } = createNode();
  const watch = watchSigns();
  await watch.expect(node, 'killed');
  metrics.isDown = true;
  await expect(watch.end()).resolves.toMatchObject({ failures: [] });
});
