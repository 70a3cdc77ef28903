import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, round } from '../../figures.ts';
import type { ChaosClient } from '../client.ts';
import { now } from '../history.ts';
import { defineRow } from '../row.ts';
import { openTalk } from './talk.ts';
import { longest } from './timings.ts';

interface Parameters {
  rounds: number;
  frozenMs: number;
  conversations: number;
  perSecond: number;
}

const BACK_MS = 30_000;

/**
 * A server that freezes and thaws, as a machine does that is moved or swaps: connections stay open and say nothing. Of two
 * nodes one freezes, and the balancer goes on sending it every other connection.
 */
export const a18 = defineRow<Parameters>({
  name: 'A18',
  stages: ['sqlite', 'nodes'],
  does: '`SIGSTOP` for 30 s, then `SIGCONT`, 10 times. Everybody has everything within 30 s, on two nodes while one is frozen; what the frozen server still had to say breaks no order.',
  quick: { rounds: 1, frozenMs: 2500, conversations: 6, perSecond: 60 },
  full: { rounds: 10, frozenMs: 30_000, conversations: 20, perSecond: 100 },
  fullSeconds: 480,
  async run(stage, { rounds, frozenMs, conversations, perSecond }) {
    await stage.startServer();
    const talk = await openTalk(stage, { conversations, clientsEach: 2, perSecond });
    const failures: string[] = [];
    let slowestMs = 0;
    let sends = 0;
    const movedMs: number[] = [];
    for (let turn = 1; turn <= rounds; turn++) {
      talk.begin();
      await sleep(1500);
      const { pid } = stage.random.pick(stage.servers);
      const frozenAt = now();
      process.kill(pid, 'SIGSTOP');
      await sleep(frozenMs);
      process.kill(pid, 'SIGCONT');
      const thawedAt = performance.now();
      sends += (await talk.end()).length;
      const { latecomers } = await stage.quiet(BACK_MS);
      if (latecomers) failures.push(`${latecomers} clients were behind after thaw ${turn}`);
      slowestMs = Math.max(slowestMs, performance.now() - thawedAt);
      movedMs.push(...(await moves(talk.clients, frozenAt)));
    }
    failures.push(...atMost('back after ms', slowestMs, BACK_MS));
    const figures = { rounds, sends, slowestMs: round(slowestMs) };
    if (stage.kind === 'sqlite') return { figures, failures };
    const slowestMoveMs = round(longest(movedMs));
    if (movedMs.length === 0) failures.push('nobody was on the node that froze');
    // Hasty clients try less long in a quick form, where a freeze is over before they have.
    if (!stage.isQuick) failures.push(...atMost('moved after ms', slowestMoveMs, BACK_MS));
    return { figures: { ...figures, moves: movedMs.length, slowestMoveMs }, failures };
  },
});

/** How long after the freeze those who lost their connection by it had another one. */
async function moves(clients: readonly ChaosClient[], frozenAt: number): Promise<number[]> {
  const standings = await Promise.all(clients.map((client) => client.standing()));
  return standings.flatMap(({ lostAt, onlineAt }) => {
    const left = lostAt.find((at) => at > frozenAt);
    const back = left && onlineAt.find((at) => at > left);
    return back ? [back - frozenAt] : [];
  });
}
