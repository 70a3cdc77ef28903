import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, round } from '../../figures.ts';
import { defineRow } from '../row.ts';
import { openTalk } from './talk.ts';

interface Parameters {
  rounds: number;
  frozenMs: number;
  conversations: number;
  perSecond: number;
}

const BACK_MS = 30_000;

/** A server that freezes and thaws, as a machine does that is moved or swaps: connections stay open and say nothing. */
export const a18 = defineRow<Parameters>({
  name: 'A18',
  does: '`SIGSTOP` for 30 s, then `SIGCONT`, 10 times. Everybody has everything within 30 s; what the frozen server still had to say breaks no order.',
  quick: { rounds: 1, frozenMs: 2500, conversations: 6, perSecond: 60 },
  full: { rounds: 10, frozenMs: 30_000, conversations: 20, perSecond: 100 },
  fullSeconds: 480,
  async run(stage, { rounds, frozenMs, conversations, perSecond }) {
    const server = await stage.startServer();
    const talk = await openTalk(stage, { conversations, clientsEach: 2, perSecond });
    const failures: string[] = [];
    let slowestMs = 0;
    let sends = 0;
    for (let turn = 1; turn <= rounds; turn++) {
      talk.begin();
      await sleep(1500);
      process.kill(server.pid, 'SIGSTOP');
      await sleep(frozenMs);
      process.kill(server.pid, 'SIGCONT');
      const thawedAt = performance.now();
      sends += (await talk.end()).length;
      const { latecomers } = await stage.quiet(BACK_MS);
      if (latecomers) failures.push(`${latecomers} clients were behind after thaw ${turn}`);
      slowestMs = Math.max(slowestMs, performance.now() - thawedAt);
    }
    const figures = { rounds, sends, slowestMs: round(slowestMs) };
    return { figures, failures: [...failures, ...atMost('back after ms', slowestMs, BACK_MS)] };
  },
});
