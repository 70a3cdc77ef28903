import { setTimeout as sleep } from 'node:timers/promises';
import type { Burst, ChaosClient, Heads, Sent, Standing } from './client.ts';
import { now } from './history.ts';
import type { Random } from './random.ts';

/** Sends what a burst asks for, one after the other or all at once. Answers how long each acknowledgement took. */
export async function sendBurst(
  send: ChaosClient['send'],
  { conversationId, count, everyMs = 0, isPipelined = false, text = 'message' }: Burst,
  random: Random,
): Promise<number[]> {
  const sent: Sent[] = [];
  const sending: Promise<Sent>[] = [];
  for (let number = 0; number < count; number++) {
    const one = send({ conversationId, text: `${text} ${number}` });
    if (isPipelined) sending.push(one);
    else sent.push(await one);
    if (everyMs) await sleep(everyMs * 2 * random.next());
  }
  sent.push(...(await Promise.all(sending)));
  return sent.map(({ ackMs }) => ackMs);
}

/** How often a client is looked at while it is waited for. */
const LOOK_MS = 10;

/** Waits until a client has nothing unsent and all that it follows. */
export async function reachHeads(
  standing: () => Pick<Standing, 'pending' | 'have'>,
  { heads, side, timeoutMs }: { heads: Heads; side: 'visitor' | 'team'; timeoutMs: number },
): Promise<{ isThere: boolean; ms: number }> {
  const since = now();
  for (;;) {
    const { pending, have } = standing();
    const isThere =
      pending === 0 && Object.entries(have).every(([id, seq]) => seq >= (heads[id]?.[side] ?? 0));
    const ms = now() - since;
    if (isThere || ms > timeoutMs) return { isThere, ms };
    await sleep(LOOK_MS);
  }
}
