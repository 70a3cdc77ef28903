import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Server } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Frame } from './frame.ts';
import { type FrameProxy, openFrameProxy } from './frame-proxy.ts';

let io: Server;
let proxy: FrameProxy;
let clients: Socket[];
/** What the server was asked. */
let asked: string[];

beforeEach(async () => {
  asked = [];
  clients = [];
  const http = createServer((request, response) => response.end(`plain ${request.url}`));
  io = new Server(http, { transports: ['websocket'] });
  io.of('/visitor').on('connection', (socket) => {
    socket.emit('hello', { serverTime: 'now' });
    socket.on('message.send', (payload: { text: string }, ack: (answer: object) => void) => {
      asked.push(payload.text);
      ack({ ok: true, seq: asked.length });
      socket.emit('event', { type: 'message.created', seq: asked.length });
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  proxy = await openFrameProxy({ targetPort: (http.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const client of clients) client.disconnect();
  await proxy.close();
  await io.close();
});

describe('without a rule', () => {
  it('passes everything, and knows what it was', async () => {
    const { client, heard } = await join();
    expect(await client.emitWithAck('message.send', { text: 'one' })).toEqual({ ok: true, seq: 1 });
    await expect.poll(() => heard).toEqual([1]);
    const one = { seen: 1, dropped: 0, copied: 0, held: 0 };
    for (const kind of ['hello', 'event'] as const) expect(proxy.count({ kind })).toEqual(one);
    for (const kind of ['command', 'ack'] as const) {
      expect(proxy.count({ kind, command: 'message.send' })).toEqual(one);
      expect(proxy.count({ kind, command: 'sync' })).toEqual({ ...one, seen: 0 });
    }
  });

  it('tells both sides when one ends', async () => {
    const { client } = await join();
    const gone = new Promise((resolve) => void client.once('disconnect', resolve));
    proxy.disconnect();
    await gone;
    await expect.poll(() => io.of('/visitor').sockets.size).toBe(0);
    const { client: other } = await join();
    other.disconnect();
    await expect.poll(() => io.of('/visitor').sockets.size).toBe(0);
  });
});

describe('a rule', () => {
  it('drops single acks: the command was heard, its answer is not', async () => {
    const frames: Frame[] = [];
    proxy.setRule((frame) => {
      frames.push(frame);
      return frame.kind === 'ack' && frame.command === 'message.send' ? 'drop' : 'pass';
    });
    const { client, heard } = await join();
    const unanswered = client.timeout(200).emitWithAck('message.send', { text: 'one' });
    await expect(unanswered).rejects.toThrow('timed out');
    expect(asked).toEqual(['one']);
    expect(heard).toEqual([1]);
    expect(proxy.count({ kind: 'ack' })).toEqual({ seen: 1, dropped: 1, copied: 0, held: 0 });
    expect(frames.find(({ kind }) => kind === 'command')).toEqual({
      direction: 'up',
      connection: 1,
      kind: 'command',
      namespace: '/visitor',
      command: 'message.send',
      body: { text: 'one' },
    });
    expect(frames.find(({ kind }) => kind === 'ack')?.body).toEqual({ ok: true, seq: 1 });
  });

  it('doubles events', async () => {
    proxy.setRule(({ kind }) => (kind === 'event' ? { copies: 2 } : 'pass'));
    const { client, heard } = await join();
    await client.emitWithAck('message.send', { text: 'one' });
    await expect.poll(() => heard).toEqual([1, 1]);
  });

  it('lets later events overtake those that it holds', async () => {
    proxy.setRule(({ kind, body }) => {
      const isFirst = (body as { seq?: number } | undefined)?.seq === 1;
      return kind === 'event' && isFirst ? { holdMs: 100 } : 'pass';
    });
    const { client, heard } = await join();
    await client.emitWithAck('message.send', { text: 'one' });
    await client.emitWithAck('message.send', { text: 'two' });
    await expect.poll(() => heard).toEqual([2, 1]);
  });

  it('drops commands before anybody hears them, until it is taken away', async () => {
    proxy.setRule(({ kind }) => (kind === 'command' ? 'drop' : 'pass'));
    const { client } = await join();
    await expect(client.timeout(100).emitWithAck('message.send', { text: 'one' })).rejects.toThrow(
      'timed out',
    );
    proxy.setRule();
    await client.emitWithAck('message.send', { text: 'two' });
    expect(asked).toEqual(['two']);
  });
});

describe('a door', () => {
  it('without WebSocket refuses upgrades and lets plain HTTP through', async () => {
    proxy.setDoor('no-websocket');
    await expect(join()).rejects.toThrow('websocket error');
    const response = await fetch(`${proxy.url}/api/v1/health?x=1`);
    expect(await response.text()).toBe('plain /api/v1/health?x=1');
    expect(proxy.requests.get('/api/v1/health')).toBe(1);
  });

  it('that swallows upgrades leaves them without an answer, and lets plain HTTP through', async () => {
    proxy.setDoor('mute-websocket');
    const joining = join().then(() => 'joined');
    const waited = new Promise((resolve) => setTimeout(resolve, 100, 'no answer'));
    expect(await Promise.race([joining, waited])).toBe('no answer');
    expect((await fetch(proxy.url)).status).toBe(200);
    joining.catch(() => undefined);
  });

  it('of a captive portal answers everything with its own page', async () => {
    proxy.setDoor('captive-portal');
    await expect(join()).rejects.toThrow('websocket error');
    const response = await fetch(`${proxy.url}/api/v1/visitor/commands`, { method: 'POST' });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Sign in to use this network');
    proxy.setDoor('open');
    await join();
  });
});

async function join(): Promise<{ client: Socket; heard: number[] }> {
  const client = connect(`${proxy.url}/visitor`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  clients.push(client);
  const heard: number[] = [];
  client.on('event', ({ seq }: { seq: number }) => heard.push(seq));
  await new Promise((resolve, reject) => {
    client.once('hello', resolve);
    client.once('connect_error', reject);
  });
  return { client, heard };
}
