import { setTimeout as sleep } from 'node:timers/promises';
import { type Refusal, SERVER_FRAMES } from '@alcove/protocol';
import { openSocket } from '../../people.ts';
import { percentile, round } from '../../figures.ts';
import { openFrameProxy } from '../proxies/frame-proxy.ts';
import { defineRow } from '../row.ts';
import { createServerClock, type ServerClock } from '../server-clock.ts';
import type { Stage } from '../stage.ts';
import { openTalk } from './talk.ts';

interface Parameters {
  conversations: number;
  perSecond: number;
  /** How long people talk under each of the server's clocks. */
  phaseMs: number;
  /** Tokens that are tried. */
  ages: readonly Age[];
}

/** How long before or after its beginning or end a token is shown, and what becomes of it. */
interface Age {
  from: 'iat' | 'exp';
  shiftS: number;
  isWelcome: boolean;
}

const AGES: readonly Age[] = [
  { from: 'exp', shiftS: 25, isWelcome: true },
  { from: 'exp', shiftS: 35, isWelcome: false },
  { from: 'exp', shiftS: -25, isWelcome: true },
  { from: 'iat', shiftS: -25, isWelcome: true },
  { from: 'iat', shiftS: -35, isWelcome: false },
];

const DAY_MS = 24 * 60 * 60_000;
const HOUR_S = 3600;
const LEAP_S = 600;

/** Clocks say what is shown, and decide nothing. */
export const a15 = defineRow<Parameters>({
  name: 'A15',
  does: 'Clients whose clocks are three days fast and slow. The server’s is an hour fast, leaps back by ten minutes while people talk, and is an hour slow after a restart. Order and shown times never go back; a token is good until 30 s after its end, give or take 5, and no longer.',
  quick: { conversations: 6, perSecond: 60, phaseMs: 300, ages: AGES.slice(0, 2) },
  full: { conversations: 20, perSecond: 100, phaseMs: 20_000, ages: AGES },
  fullSeconds: 100,
  async run(stage, { conversations, perSecond, phaseMs, ages }) {
    const clock = await createServerClock(stage);
    stage.setClocks([3 * DAY_MS, -3 * DAY_MS]);
    await clock.set(HOUR_S);
    const server = await stage.startServer(clock.choice);
    const proxy = await openFrameProxy({ targetPort: server.port });
    stage.onEnd(proxy.close);
    const talk = await openTalk(stage, {
      conversations,
      clientsEach: 2,
      perSecond,
      personOf: () => ({ url: proxy.url }),
    });
    talk.begin();
    await sleep(phaseMs);
    await clock.set(HOUR_S - LEAP_S);
    await sleep(phaseMs);
    // Everybody comes back with a token from a time that is still to come.
    proxy.disconnect();
    await sleep(phaseMs);
    await server.kill('SIGTERM');
    await clock.set(-HOUR_S);
    await stage.startServer(clock.choice);
    await sleep(phaseMs);
    const ackMs = await talk.end();
    const failures = await tryTokens(stage, clock, ages);
    await clock.set(-HOUR_S);
    return {
      figures: { sends: ackMs.length, ackP99Ms: round(percentile(ackMs, 0.99)) },
      failures,
    };
  },
});

async function tryTokens(
  stage: Stage,
  clock: ServerClock,
  ages: readonly Age[],
): Promise<string[]> {
  const failures: string[] = [];
  for (const { from, shiftS, isWelcome } of ages) {
    await clock.set(0);
    // One each: the server remembers for a while whom it has let in.
    const { accessToken } = await stage.server.createVisitorSession();
    const claims = claimsOf(accessToken);
    await clock.set(Math.round(claims[from] + shiftS - Date.now() / 1000));
    const answer = await knock(stage, accessToken);
    if (answer === (isWelcome ? 'welcome' : 'unauthenticated')) continue;
    failures.push(`${shiftS} s from the token's ${from} the answer is ${answer}`);
  }
  return failures;
}

function claimsOf(token: string): { iat: number; exp: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

/** Answers what a connection with this token is told. */
async function knock(stage: Stage, accessToken: string): Promise<string> {
  const socket = openSocket(stage.server, 'visitor', accessToken);
  try {
    return await new Promise((resolve) => {
      socket.once(SERVER_FRAMES.hello, () => resolve('welcome'));
      socket.once('connect_error', (error: Error & { data?: Refusal }) =>
        resolve(error.data?.code ?? error.message),
      );
    });
  } finally {
    socket.disconnect();
  }
}
