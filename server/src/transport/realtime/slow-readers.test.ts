import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket as TcpSocket } from 'node:net';
import { NAMESPACES } from '@alcove/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Principal } from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { callerOf, SHOP_ORIGIN, startTestGateway } from '../../testing/start-test-gateway.ts';

// The network's buffers are filled, on machines that may be busy.
vi.setConfig({ testTimeout: 20_000 });

/** Large, so that the network's own buffers are soon full. */
const TEXT = 'x'.repeat(8_000);

const GENEROUS = { points: 1e6, durationMs: 1_000 };

/** A conversation, somebody who writes a lot in it, and its visitor, who reads as a test lets them. */
async function startConversation(limits: Partial<Limits> = {}) {
  const gateway = await startTestGateway({
    limits: { agentSends: GENEROUS, laggingCheckMs: 10, ...limits },
  });
  onTestFinished(gateway.close);
  const shop = await gateway.createWorkspace();
  const visitor = await shop.addVisitor();
  const agent = callerOf(await shop.addAgent('Support'));
  const content = { kind: 'text', text: 'Hello' };
  const ack = await gateway.commands.executeVisitor(callerOf(visitor), 'message.send', {
    clientConversationId: 'cl_1',
    clientMessageId: 'cl_1',
    content,
  });
  const { conversationId } = ack as unknown as { conversationId: string };
  let count = 0;

  /** Says so many long messages. */
  async function say(messages: number) {
    const sends = Array.from({ length: messages }, () =>
      gateway.commands.executeAgent(agent, 'message.send', {
        conversationId,
        clientMessageId: `cl_${(count += 1)}`,
        content: { kind: 'text', text: TEXT },
      }),
    );
    for (const ack of await Promise.all(sends)) expect(ack).toMatchObject({ ok: true });
  }

  /** Talks until this is so. */
  async function sayUntil(isDone: () => boolean) {
    for (let times = 0; times < 100 && !isDone(); times++) await say(100);
    expect(isDone()).toBe(true);
  }

  const raw = () => connectRaw(gateway.url, { accessToken: gateway.issue(visitor) });
  const visitors = gateway.io.of(NAMESPACES.visitor);
  return { gateway, visitor, raw, say, sayUntil, visitors, heard: () => count };
}

/** A visitor's client that speaks TCP only, and so can stop reading. */
async function connectRaw(url: string, auth: object) {
  const tcp = connectTcp(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void tcp.destroy());
  tcp.on('error', () => {});
  let received = '';
  tcp.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  tcp.write(
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nOrigin: ${SHOP_ORIGIN}\r\n` +
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  );
  const count = (word: string) => received.split(word).length - 1;
  const hears = (word: string, times = 1) =>
    vi.waitFor(() => expect(count(word)).toBeGreaterThanOrEqual(times), 10_000);
  await hears('0{"sid"');
  sendFrame(tcp, `40${NAMESPACES.visitor},${JSON.stringify({ protocol: 1, ...auth })}`);
  await hears('"hello"');
  return {
    count,
    hears,
    ask: (id: number, name: string, payload: object) =>
      sendFrame(tcp, `42${NAMESPACES.visitor},${id}${JSON.stringify([name, payload])}`),
    stopReading: () => tcp.pause(),
    readOn: () => tcp.resume(),
    closed: once(tcp, 'close'),
  };
}

/** One masked text frame below 64 KB. The mask is zero: it hides nothing, but has to be there. */
function sendFrame(tcp: TcpSocket, text: string) {
  const body = Buffer.from(text);
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x81fe, 0);
  head.writeUInt16BE(body.length, 2);
  tcp.write(Buffer.concat([head, body]));
}

const roomsOf = (principal: Principal & { kind: 'visitor' }) =>
  `w:${principal.workspaceId}:v:${principal.visitorId}`;

describe('a client that stops reading', () => {
  it('is told nothing more, still gets its answers, and is greeted again when it reads on', async () => {
    const { raw, sayUntil, say, visitors, visitor, heard } = await startConversation({
      laggingBytes: 100_000,
      stalledBytes: 1e9,
      stalledMs: 60_000,
    });
    const client = await raw();
    const room = roomsOf(visitor);
    client.stopReading();
    await sayUntil(() => !visitors.adapter.rooms.has(room));
    await say(10);
    client.ask(7, 'heads', { conversationIds: [] });

    client.readOn();
    await client.hears('"hello"', 2);
    await client.hears('{"ok":true,"heads":{}}');
    expect(visitors.adapter.rooms.has(room)).toBe(true);
    expect(client.count('"message.created"'), 'less than was said').toBeLessThan(heard());
    const before = client.count('"message.created"');
    await say(1);
    await client.hears('"message.created"', before + 1);
  });

  it('is cut off once too much has piled up, and its memory with it', async () => {
    const { raw, sayUntil, visitors, gateway } = await startConversation({
      laggingPackets: 1e9,
      laggingBytes: 1e9,
      stalledBytes: 200_000,
    });
    const client = await raw();
    client.stopReading();
    await sayUntil(() => visitors.sockets.size === 0);
    expect(gateway.logged.find(({ msg }) => String(msg).includes('cut off'))).toMatchObject({
      queuedBytes: expect.any(Number),
    });
    client.readOn();
    await client.closed;
  });

  it('is cut off when it lags for too long', async () => {
    const { raw, sayUntil, visitors, visitor } = await startConversation({
      laggingPackets: 50,
      stalledBytes: 1e9,
      stalledMs: 100,
    });
    const client = await raw();
    client.stopReading();
    await sayUntil(() => !visitors.adapter.rooms.has(roomsOf(visitor)));
    await vi.waitFor(() => expect(visitors.sockets.size).toBe(0), 2_000);
  });

  it('is not waited for when the server leaves', async () => {
    const { raw, gateway } = await startConversation({ drainWaveMs: 10, drainFarewellMs: 50 });
    const client = await raw();
    client.stopReading();
    const startedAt = performance.now();
    await gateway.gateway.drain();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    client.readOn();
    await client.closed;
  });

  it('costs those who read nothing', async () => {
    const { gateway, visitor, raw, sayUntil, say, visitors } = await startConversation({
      laggingBytes: 100_000,
      stalledMs: 60_000,
      stalledBytes: 1e9,
    });
    const slow = await raw();
    const quick = gateway.connect(visitor);
    await quick.next('hello');
    slow.stopReading();
    await sayUntil(() => visitors.adapter.rooms.get(roomsOf(visitor))?.size === 1);
    await say(1);
    const seqs = () => quick.frames.filter(({ name }) => name === 'event').map(seqOf);
    await vi.waitFor(() => expect(seqs()).toEqual(seqs().map((_, index) => index + 2)));
    expect(quick.frames.filter(({ name }) => name === 'hello')).toEqual([]);
  });
});

it('a burst that a reading client takes well does not count as lagging', async () => {
  const { gateway, visitor, say, visitors } = await startConversation({ laggingPackets: 10 });
  const client = gateway.connect(visitor);
  await client.next('hello');
  const left: string[] = [];
  visitors.adapter.on('leave-room', (room: string) => left.push(room));
  // All in one turn: more than the limit waits until its end.
  for (const socket of visitors.sockets.values()) {
    for (let count = 0; count < 50; count++) {
      socket.emit('signal', { type: 'server.drain', afterMs: count });
    }
  }
  await say(1);
  await client.next('signal', { afterMs: 49 });
  expect(left).toEqual([]);
  expect(client.frames.filter(({ name }) => name === 'hello')).toEqual([]);
});

function seqOf({ payload }: { payload: Record<string, unknown> }) {
  return payload['seq'];
}
