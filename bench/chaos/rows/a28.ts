import { setTimeout as sleep } from 'node:timers/promises';
import type { Conditions } from '../proxies/conditions.ts';
import { type FrameProxy, openFrameProxy, type ProxyDoor } from '../proxies/frame-proxy.ts';
import { openTcpProxy, type TcpProxy } from '../proxies/tcp-proxy.ts';
import { atMost, percentile, round } from '../../figures.ts';
import { now } from '../history.ts';
import { defineRow } from '../row.ts';
import { HASTE, type Stage } from '../stage.ts';
import { openTalk, type Talk, untilAllOnline } from './talk.ts';

interface Parameters {
  /** Conversations on each network. */
  conversations: number;
  perSecond: number;
  /** How long everybody writes. */
  talkMs: number;
  /** Of so much time, so much is without a network. */
  darkEveryMs: number;
  darkMs: number;
  /** How long, at least, the captive portal holds everybody, and WebSocket is blocked where it worked before. */
  heldMs: number;
}

/** Networks on which bytes suffer. */
const ROADS = {
  far: { latencyMs: 200, jitterMs: 20 },
  // One packet in twenty is lost, and TCP's repeat costs a little more than the kernel's shortest timer.
  lossy: { latencyMs: 20, lossRate: 0.05, retransmitMs: 250, resetRate: 0.0005 },
  dark: {},
} satisfies Record<string, Partial<Conditions>>;

/** Networks on which protocols suffer: how their door is from the beginning. */
const DOORS = {
  blocked: 'no-websocket',
  swallowed: 'mute-websocket',
  'blocked later': 'open',
  portal: 'open',
} satisfies Record<string, ProxyDoor>;

type RoadName = keyof typeof ROADS;
type DoorName = keyof typeof DOORS;
type Networks = Record<RoadName, TcpProxy> & Record<DoorName, FrameProxy>;

const NAMES = [...Object.keys(ROADS), ...Object.keys(DOORS)] as (RoadName | DoorName)[];
/** In each conversation: a visitor and an agent on the bad network, an agent beside the server. */
const CLIENTS_EACH = 3;
const SWITCH_MS = 20_000;
const BACK_MS = 60_000;

/** Trains, tunnels, hotels, offices. */
export const a28 = defineRow<Parameters>({
  name: 'A28',
  stages: ['sqlite', 'nodes'],
  does: 'Clients with 400 ms of round trip, 5 % loss and resets, 10 s without a network each minute, WebSocket refused or swallowed from the start or later on, a captive portal. They turn to HTTP within 20 s, and back.',
  quick: {
    conversations: 1,
    perSecond: 60,
    talkMs: 1200,
    darkEveryMs: 1500,
    darkMs: 500,
    heldMs: 300,
  },
  full: {
    conversations: 4,
    perSecond: 30,
    talkMs: 180_000,
    darkEveryMs: 60_000,
    darkMs: 10_000,
    heldMs: 20_000,
  },
  fullSeconds: 300,
  quietMs: 60_000,
  async run(stage, parameters) {
    const { conversations, perSecond, talkMs } = parameters;
    await stage.startServer();
    const networks = await openNetworks(stage);
    const talk = await openTalk(stage, {
      conversations: conversations * NAMES.length,
      clientsEach: CLIENTS_EACH,
      perSecond,
      personOf: (conversation, client) =>
        client === CLIENTS_EACH - 1
          ? { kind: 'bare' }
          : { kind: 'sdk', url: networkOf(networks, conversation).url },
    });
    const connectedMs = await slowestConnectionMs(talk.clients);
    talk.begin();
    const stopBlackouts = blackOut(networks.dark, parameters);
    await sleep(talkMs / 2);
    const { switchMs, backMs } = await disturb(talk, networks, parameters);
    await sleep(talkMs / 2);
    stopBlackouts();
    const ackMs = await talk.end();
    return {
      figures: {
        clients: talk.clients.length,
        sends: ackMs.length,
        ackP50Ms: round(percentile(ackMs, 0.5)),
        ackP99Ms: round(percentile(ackMs, 0.99)),
        everybodyConnectedMs: round(connectedMs),
        switchToHttpMs: round(switchMs),
        backToSocketMs: round(backMs),
        resets: networks.lossy.counts.resets,
        httpRequests: countRequests(networks),
      },
      failures: [
        ...atMost('first connection in ms', connectedMs, SWITCH_MS),
        ...atMost('switch to HTTP in ms', switchMs, SWITCH_MS),
        ...(stage.isQuick ? [] : atMost('back to the socket in ms', backMs, BACK_MS)),
      ],
    };
  },
});

async function openNetworks(stage: Stage): Promise<Networks> {
  const targetPort = stage.server.port;
  const opened: Partial<Networks> = {};
  for (const name of Object.keys(ROADS) as RoadName[]) {
    const random = stage.random.fork(name).next;
    const proxy = await openTcpProxy({ targetPort, random });
    proxy.set(stage.isQuick ? hurry(ROADS[name]) : ROADS[name]);
    opened[name] = proxy;
    stage.onEnd(() => proxy.close());
  }
  for (const name of Object.keys(DOORS) as DoorName[]) {
    const proxy = await openFrameProxy({ targetPort });
    proxy.setDoor(DOORS[name]);
    opened[name] = proxy;
    stage.onEnd(() => proxy.close());
  }
  return opened as Networks;
}

/** For clients whose patience is shorter by as much. */
function hurry({ latencyMs = 0, jitterMs = 0, retransmitMs = 0, ...rest }: Partial<Conditions>) {
  const [latency, jitter, retransmit] = [latencyMs, jitterMs, retransmitMs].map((ms) => ms / HASTE);
  return { ...rest, latencyMs: latency, jitterMs: jitter, retransmitMs: retransmit };
}

function networkOf(networks: Networks, conversation: number): TcpProxy | FrameProxy {
  const name = NAMES[conversation % NAMES.length] ?? 'far';
  return networks[name];
}

/** @returns what ends it, with the light on. */
function blackOut(network: TcpProxy, { darkEveryMs, darkMs }: Parameters): () => void {
  let light: NodeJS.Timeout | undefined;
  const darken = () => {
    network.set({ link: 'dark' });
    light = setTimeout(() => network.set({}), darkMs);
  };
  darken();
  const timer = setInterval(darken, darkEveryMs);
  return () => {
    clearInterval(timer);
    clearTimeout(light);
    network.set({});
  };
}

/** Takes WebSocket away where it worked, and puts a portal before everything elsewhere; then gives both back. */
async function disturb(talk: Talk, networks: Networks, { heldMs }: Parameters) {
  const later = networks['blocked later'];
  const affected = talk.clients.filter((_, index) => {
    const isNearServer = index % CLIENTS_EACH === CLIENTS_EACH - 1;
    return !isNearServer && networkOf(networks, Math.floor(index / CLIENTS_EACH)) === later;
  });
  later.setDoor('no-websocket');
  later.disconnect();
  networks.portal.setDoor('captive-portal');
  networks.portal.disconnect();
  const heldAt = now();
  const heldOnlineAt = untilReached(affected, heldAt, SWITCH_MS * 2);
  await sleep(heldMs);
  const switchMs = (await heldOnlineAt) - heldAt;

  const hellos = later.count({ kind: 'hello' }).seen;
  networks.portal.setDoor('open');
  later.setDoor('open');
  const openedAt = now();
  while (later.count({ kind: 'hello' }).seen < hellos + affected.length) {
    if (now() - openedAt > BACK_MS + 1000) break;
    await sleep(100);
  }
  const backMs = now() - openedAt;
  await untilAllOnline(talk.clients, SWITCH_MS * 2);
  return { switchMs, backMs };
}

/** From somebody's first try to their first connection: a visitor does not try before the first message. */
async function slowestConnectionMs(clients: Talk['clients']): Promise<number> {
  const standings = await Promise.all(clients.map((client) => client.standing()));
  return Math.max(
    ...standings.map(({ begunAt = 0, onlineAt: [first = Infinity] }) => first - begunAt),
  );
}

/** When the last of them had a connection for the first time since then, of whatever sort. */
async function untilReached(clients: Talk['clients'], since: number, timeoutMs: number) {
  for (;;) {
    const standings = await Promise.all(clients.map((client) => client.standing()));
    const firsts = standings.map(({ onlineAt }) => onlineAt.find((at) => at > since));
    if (firsts.every((at) => at !== undefined)) return Math.max(...firsts);
    if (now() - since > timeoutMs) return now();
    await sleep(50);
  }
}

function countRequests(networks: Networks): number {
  const all = (Object.keys(DOORS) as DoorName[]).flatMap((name) => [
    ...networks[name].requests.values(),
  ]);
  return all.reduce((sum, count) => sum + count, 0);
}
