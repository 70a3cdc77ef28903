import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { createMeter, type Measures, type Meter } from '../../meter.ts';
import type { ChaosClient, Standing } from '../client.ts';
import { atMost, round } from '../../figures.ts';
import { now } from '../history.ts';
import { findClosedPort } from '../proxies/closed-port.ts';
import { defineRow } from '../row.ts';
import { HASTE } from '../stage.ts';
import { openTalk, type Talk, untilAllOnline } from './talk.ts';

interface Parameters {
  clients: number;
  downMs: number;
  handshakesPerSecond: number;
  /** Clients of plain Socket.IO, for comparison. */
  plainClients: number;
}

const BACK_MS = 90_000;
const READS_PER_CLIENT = 2;
/** Of all waits, so many percent may be of the same length, to the second. */
const LARGEST_BIN = 10;
/** Nobody asks for heads before: until then, queries are those of coming back. */
const BEFORE_HEADS_MS = 18_000;

/** Everybody loses the server at the same moment, and wants it back at the same moment. */
export const a29 = defineRow<Parameters>({
  name: 'A29',
  stages: ['sqlite', 'nodes'],
  does: 'Reconnect storm: 1,500 clients, the server, or both nodes, are killed and come back after 20 s. All are connected within 90 s, handshakes stay within a server’s configured rate, no second of waits holds more than 10 % (with Socket.IO’s own reconnection it does), at most 2 reads of the store per client; those that are under way together count as one.',
  quick: { clients: 40, downMs: 1500, handshakesPerSecond: 50, plainClients: 0 },
  full: { clients: 1500, downMs: 20_000, handshakesPerSecond: 100, plainClients: 300 },
  fullSeconds: 150,
  async run(stage, { clients: count, downMs, handshakesPerSecond, plainClients }) {
    const limits = { handshakes: { points: handshakesPerSecond, durationMs: 1000 } };
    await stage.startServer();
    const talk = await openTalk(stage, { conversations: count, perSecond: 1, kind: 'sdk' });
    const people = talk.clients;

    await stage.server.kill('SIGKILL');
    const downAt = now();
    const plain = await watchPlainClients(plainClients);
    await sleep(downMs);
    const meters = stage.servers.map(createMeter);
    await stage.startServer((index) => ({ limits, execArgv: meters[index]?.execArgv }));
    stage.onEnd(() => meters.forEach((meter) => meter.close()));
    await readAll(meters, 'reads');
    // Counted where they are let in: clients hear of it in heaps, as threads and networks pass them on.
    await readAll(meters, 'greetings');
    const backAt = now();
    const haste = stage.isQuick ? HASTE : 1;
    const counting = sleep(BEFORE_HEADS_MS / haste).then(async () => ({
      reads: await readAll(meters, 'reads'),
      connected: countConnected(await standingsOf(people), downAt),
    }));
    const allOnlineMs = await untilAllOnline(people, BACK_MS + 5000);
    const { reads, connected } = await counting;
    const plainWaits = plain.end(backAt);
    const standings = await standingsOf(people);
    await sayOneThingMore(talk);

    const greetings = await readAll(meters, 'greetings');
    const waits = standings.flatMap((standing) => waitAt(standing, backAt));
    const figures = {
      clients: count,
      allOnlineMs: round(allOnlineMs),
      handshakesPerSecond: Math.max(...greetings.map(({ mostPerSecond }) => mostPerSecond)),
      readsPerClient: round(total(reads.map(({ looks }) => looks)) / Math.max(1, connected)),
      queriesPerClient: round(total(reads.map(({ queries }) => queries)) / Math.max(1, connected)),
      largestBinOfWaitsPercent: round(largestBin(waits)),
      largestBinOfPlainWaitsPercent: round(largestBin(plainWaits)),
    };
    const failures = stage.isQuick ? [] : judge(figures, handshakesPerSecond);
    if (connected > 0 && figures.queriesPerClient === 0) failures.push('no query was counted');
    return { figures, failures };
  },
});

/** What each server tells. */
function readAll<Name extends keyof Measures>(
  meters: readonly Meter[],
  name: Name,
): Promise<Measures[Name][]> {
  return Promise.all(meters.map((meter) => meter.read(name)));
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function judge(
  figures: Record<
    | 'allOnlineMs'
    | 'handshakesPerSecond'
    | 'readsPerClient'
    | 'largestBinOfWaitsPercent'
    | 'largestBinOfPlainWaitsPercent',
    number
  >,
  rate: number,
): string[] {
  const { largestBinOfWaitsPercent, largestBinOfPlainWaitsPercent } = figures;
  return [
    ...atMost('all connected after ms', figures.allOnlineMs, BACK_MS),
    ...atMost('handshakes in a second', figures.handshakesPerSecond, rate * 1.1),
    ...atMost('reads per client', figures.readsPerClient, READS_PER_CLIENT),
    ...atMost('largest bin of waits in percent', largestBinOfWaitsPercent, LARGEST_BIN),
    ...(largestBinOfPlainWaitsPercent > LARGEST_BIN
      ? []
      : ['plain Socket.IO passes too: this run shows nothing']),
  ];
}

function standingsOf(people: readonly ChaosClient[]): Promise<Standing[]> {
  return Promise.all(people.map((client) => client.standing()));
}

function countConnected(standings: readonly Standing[], since: number): number {
  return standings.filter(({ onlineAt }) => (onlineAt.at(-1) ?? 0) > since).length;
}

/** A tenth of them: whoever lost their place in the log would show it now. */
async function sayOneThingMore({ clients, conversationIds }: Talk): Promise<void> {
  const speaking = clients.flatMap((client, index) => {
    const conversationId = conversationIds[index];
    return index % 10 === 0 ? [client.send({ conversationId, text: 'Still here' })] : [];
  });
  await Promise.all(speaking);
}

/** The wait that a client was in when the server came back: what decides when it is there again. */
function waitAt({ waits }: Pick<Standing, 'waits'>, moment: number): number[] {
  return waits.filter(({ at, ms }) => at <= moment && at + ms >= moment).map(({ ms }) => ms);
}

/** Percent of all waits that are in the fullest bin of a second. */
function largestBin(waitsMs: readonly number[]): number {
  const bins = Map.groupBy(waitsMs, (ms) => Math.floor(ms / 1000));
  const largest = Math.max(0, ...[...bins.values()].map((bin) => bin.length));
  return (100 * largest) / Math.max(1, waitsMs.length);
}

/** Socket.IO's client as it comes, before a port where nobody listens. */
async function watchPlainClients(count: number) {
  const port = await findClosedPort();
  const clients = Array.from({ length: count }, () => {
    const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
    const waits: Standing['waits'] = [];
    let failedAt = now();
    socket.on('connect_error', () => void (failedAt = now()));
    socket.io.on('reconnect_attempt', () => waits.push({ at: failedAt, ms: now() - failedAt }));
    return { socket, waits };
  });
  return {
    /** Ends them, and answers which wait each was in at that moment, which has to be over. */
    end(moment: number): number[] {
      for (const { socket } of clients) socket.disconnect();
      return clients.flatMap((client) => waitAt(client, moment));
    },
  };
}
