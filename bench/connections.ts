import { NAMESPACES, PROTOCOL_VERSION } from '@alcove/protocol';
import type { BenchResult } from './bench-result.ts';
import { each } from './each.ts';
import { round } from './figures.ts';
import { startMeasuredServer } from './measured-server.ts';
import { createMeter, type Meter } from './meter.ts';
import { connect, openConversation } from './people.ts';
import { spawnRelay } from './relay.ts';
import { openWire, type Wire } from './wire.ts';

const CONNECTIONS = 2_000;
/** Connected and gone again before anything is measured, so that what is made once is made. */
const WARM_UP = 200;
/** Until timers of connecting have run out: rates, presence, the handshake's deadline. */
const SETTLE_MS = 12_000;
const RATIO = 1.2;

/**
 * Memory of an idle visitor who is connected: heap and external memory after garbage collection, against a Socket.IO
 * connection that nobody does anything with. The session and a conversation with one message exist before.
 */
export async function run(): Promise<BenchResult> {
  const bare = await measureBare();
  const alcove = await measureAlcove();
  const ratio = alcove.bytes / bare.bytes;
  const failures = ratio > RATIO ? [`the ratio is ${round(ratio, 3)}, above ${RATIO}`] : [];
  return {
    failures,
    figures: { ratio: round(ratio, 3), connections: CONNECTIONS, rounds: 1, bare, alcove },
  };
}

async function measureBare() {
  const meter = createMeter();
  const relay = await spawnRelay([...meter.execArgv, '--expose-gc']);
  const open = () =>
    openWire({ url: relay.url, namespace: '/', auth: {}, onPacket: () => undefined });
  try {
    return await weigh(meter, open);
  } finally {
    meter.close();
    await relay.close();
  }
}

async function measureAlcove() {
  // A visitor stays online for a while after the last connection: the warm-up's must be gone in time.
  const limits = { presenceGraceMs: 100 };
  const { server, meter, close } = await startMeasuredServer({
    limits,
    execArgv: ['--expose-gc'],
  });
  try {
    const tokens = await each(CONNECTIONS, async () => {
      const { accessToken } = await server.createVisitorSession();
      const person = await connect(server, 'visitor', accessToken);
      await openConversation(person);
      person.close();
      return accessToken;
    });
    return await weigh(meter, (index) =>
      openWire({
        url: server.url,
        namespace: NAMESPACES.visitor,
        auth: { protocol: PROTOCOL_VERSION, accessToken: tokens[index] },
        onPacket: () => undefined,
      }),
    );
  } finally {
    await close();
  }
}

/** What one connection weighs. */
async function weigh(meter: Meter, open: (index: number) => Promise<Wire>) {
  const connectAll = async (count: number) => {
    const wires = await each(count, open);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    return { close: () => wires.forEach((wire) => wire.close()) };
  };
  (await connectAll(WARM_UP)).close();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));

  const before = await meter.read('memory');
  const connected = await connectAll(CONNECTIONS);
  const after = await meter.read('memory');
  connected.close();
  const perConnection = (bytes: number) => Math.round(bytes / CONNECTIONS);
  return {
    bytes: perConnection(after.heapUsed + after.external - before.heapUsed - before.external),
    heapBytes: perConnection(after.heapUsed - before.heapUsed),
    externalBytes: perConnection(after.external - before.external),
    rssBytes: perConnection(after.rss - before.rss),
    rssTotalBytes: after.rss,
  };
}
