import { NAMESPACES, PROTOCOL_VERSION } from '@alcove/protocol';
import type { SpawnedServer } from '@alcove/server/testing';
import type { BenchResult } from './bench-result.ts';
import { each } from './each.ts';
import { median, round } from './figures.ts';
import { createLoad, type Load, type Target } from './load.ts';
import { type MeasuredServer, startMeasuredServer } from './measured-server.ts';
import { connectVisitor, readAcks, readDeliveries, makingClientIds, sendText } from './targets.ts';
import { openWire, type Wire } from './wire.ts';

const AGENTS = 50;
const FEW = 10;
const MANY = 1_000;
const ROUNDS = 7;
const ROUND_MS = 3_000;
const WARM_UP_MS = 3_000;
/** Whoever talks is among both; all others only listen. */
const SHAPE = { senders: FEW, inFlight: 16, textBytes: 120 };

/** For every agent, for the visitor who wrote, and the ack. */
const FRAMES = AGENTS + 2;
const RATIO = 1.25;

/** A server with its agents and visitors, and a count of all frames that it sent to any of them. */
interface Shop {
  load: Load;
  meter: MeasuredServer['meter'];
  frames(): number;
  close(): Promise<void>;
}

/**
 * What a message costs the server in a workspace with 50 agents: with 1,000 visitors connected about the same as with 10,
 * since the other 990 are not told.
 */
export async function run(): Promise<BenchResult> {
  const few = await openShop(FEW);
  const many = await openShop(MANY);
  try {
    return await compare(few, many);
  } finally {
    await few.close();
    await many.close();
  }
}

async function compare(few: Shop, many: Shop): Promise<BenchResult> {
  await few.load.run(WARM_UP_MS);
  await many.load.run(WARM_UP_MS);
  const rounds: { few: Cost; many: Cost }[] = [];
  for (let number = 0; number < ROUNDS; number++) {
    const [first, second] = number % 2 === 0 ? [few, many] : [many, few];
    const costs = [await measure(first), await measure(second)] as const;
    const [fewCost, manyCost] = number % 2 === 0 ? costs : [costs[1], costs[0]];
    rounds.push({ few: fewCost, many: manyCost });
  }
  const ratio = median(rounds.map((each) => each.many.cpuUs / each.few.cpuUs));
  const framesOf = (pick: 'few' | 'many') => rounds.map((each) => round(each[pick].frames, 3));
  const failures: string[] = [];
  if (ratio > RATIO) failures.push(`the ratio is ${round(ratio, 3)}, above ${RATIO}`);
  const odd = [...framesOf('few'), ...framesOf('many')].filter((frames) => frames !== FRAMES);
  if (odd.length > 0) failures.push(`frames for a message were ${odd.join(', ')}, not ${FRAMES}`);
  return {
    failures,
    figures: {
      ratio: round(ratio, 3),
      agents: AGENTS,
      framesPerMessage: median(framesOf('many')),
      few: { visitors: FEW, cpuUsPerMessage: round(median(rounds.map((each) => each.few.cpuUs))) },
      many: {
        visitors: MANY,
        cpuUsPerMessage: round(median(rounds.map((each) => each.many.cpuUs))),
      },
      rounds: rounds.map((each) => round(each.many.cpuUs / each.few.cpuUs, 3)),
    },
  };
}

/** What one message took. */
interface Cost {
  cpuUs: number;
  frames: number;
}

async function measure({ load, meter, frames }: Shop): Promise<Cost> {
  const before = { cpu: await meter.read('cpu'), frames: frames() };
  const { messages } = await load.run(ROUND_MS);
  const { process } = await meter.read('cpu');
  // A message is through when the first agent has it; the last ones of a round may still be on their way to others.
  await settled(frames);
  return {
    cpuUs: (process - before.cpu.process) / messages,
    frames: (frames() - before.frames) / messages,
  };
}

async function settled(frames: () => number): Promise<void> {
  for (let last = -1; last !== frames(); ) {
    last = frames();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function openShop(visitorCount: number): Promise<Shop> {
  const { server, meter, close } = await startMeasuredServer();
  let frames = 0;
  const count = () => {
    frames++;
  };
  const ears = { sender: ignore, receiver: ignore };
  const agents = await each(AGENTS, (index) =>
    connectAgent(server, (packet) => {
      count();
      if (index === 0) ears.receiver(packet);
    }),
  );
  const visitors = await each(visitorCount, () =>
    connectVisitor(server, (packet) => {
      count();
      ears.sender(packet);
    }),
  );
  const idOf = makingClientIds();
  const target: Target = {
    send: (sender, id, text) => sendText(visitors[sender], { id, clientMessageId: idOf(id), text }),
    listen(onAck, onDelivery) {
      ears.sender = readAcks(`43${NAMESPACES.visitor},`, onAck);
      ears.receiver = readDeliveries(`42${NAMESPACES.agent},["event"`, onDelivery);
    },
    close() {
      for (const wire of [...agents, ...visitors.map((visitor) => visitor.wire)]) wire.close();
    },
  };
  const load = createLoad(SHAPE, target);
  return {
    load,
    meter,
    frames: () => frames,
    async close() {
      load.close();
      await close();
    },
  };
}

async function connectAgent(
  server: SpawnedServer,
  onPacket: (packet: string) => void,
): Promise<Wire> {
  const { accessToken } = await server.createAgent();
  return await openWire({
    url: server.url,
    namespace: NAMESPACES.agent,
    auth: { protocol: PROTOCOL_VERSION, accessToken },
    onPacket,
  });
}

function ignore(_packet: string): void {}
