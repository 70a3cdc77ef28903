import { setTimeout as sleep } from 'node:timers/promises';
import { liveThrough, NODE_FAULTS } from '../faults/node-faults.ts';
import { defineRow } from '../row.ts';
import { openTalkOnNodes } from './talk-on-nodes.ts';

interface Parameters {
  faults: readonly (keyof typeof NODE_FAULTS)[];
  faultMs: number;
  calmMs: number;
  conversations: number;
  perSecond: number;
}

/** Whoever runs Alcove sees what is wrong without being told by users, and reads nobody's words. */
export const a56 = defineRow<Parameters>({
  name: 'A56',
  stages: ['nodes'],
  does: 'Each fault of A16 to A26 once. Each shows in /metrics and, where a process is there to write it, in a line of the log within 10 s, and so does its end; no log and no metric holds a word of a message, a token or an e-mail address. The rows of these faults look for the same.',
  quick: {
    faults: ['a node restarted', 'Redis killed', 'MongoDB killed'],
    faultMs: 0,
    calmMs: 300,
    conversations: 4,
    perSecond: 40,
  },
  full: {
    faults: Object.keys(NODE_FAULTS) as (keyof typeof NODE_FAULTS)[],
    faultMs: 10_000,
    calmMs: 12_000,
    conversations: 10,
    perSecond: 30,
  },
  fullSeconds: 330,
  quietMs: 60_000,
  async run(stage, { faults, faultMs, calmMs, conversations, perSecond }) {
    await stage.startServer();
    const clientsEach = 2;
    const { talk, watch } = await openTalkOnNodes(stage, { conversations, clientsEach, perSecond });
    talk.begin();
    for (const name of faults) {
      await liveThrough(NODE_FAULTS[name], { stage, watch, ms: faultMs });
      await sleep(calmMs);
    }
    await talk.end();
    return await watch.end();
  },
});
