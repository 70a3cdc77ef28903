import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { createFrameReader, type Frame } from './frame.ts';

/** What becomes of a frame. One that is held is overtaken by those behind it, which is what shuffling is. */
export type Verdict = 'pass' | 'drop' | { copies: number } | { holdMs: number };

/** Decides about each frame. */
export type Rule = (frame: Frame) => Verdict;

/**
 * `no-websocket`: upgrades are refused, plain HTTP passes. `mute-websocket`: upgrades are taken and never answered, plain
 * HTTP passes. `captive-portal`: everything is answered by somebody else's page, with status 200.
 */
export type ProxyDoor = 'open' | 'no-websocket' | 'mute-websocket' | 'captive-portal';

/** How many frames of a sort came, and what became of them. */
export interface FrameCount {
  seen: number;
  dropped: number;
  copied: number;
  held: number;
}

/** Stands between clients and a server, and understands what they say to each other. */
export interface FrameProxy {
  /** Where clients find the server through this proxy. */
  url: string;
  port: number;
  /** Without a rule everything passes. */
  setRule(rule?: Rule): void;
  setDoor(door: ProxyDoor): void;
  /** Frames of one kind so far, or only those of one command. */
  count(sort: { kind: Frame['kind']; command?: string }): FrameCount;
  /** Plain HTTP requests so far, by path. */
  readonly requests: ReadonlyMap<string, number>;
  /** Ends all WebSockets now. */
  disconnect(): void;
  close(): Promise<void>;
}

const PORTAL = '<!doctype html><title>Welcome</title><p>Sign in to use this network.';

/** Opens a proxy on a free port of this machine. */
export async function openFrameProxy({ targetPort }: { targetPort: number }): Promise<FrameProxy> {
  const state: ProxyState = { door: 'open', rule: () => 'pass', counts: new Map(), opened: 0 };
  const requests = new Map<string, number>();
  const unanswered = new Set<Duplex>();
  const upgrades = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const server = createServer((incoming, response) => {
    const path = new URL(incoming.url ?? '/', 'http://localhost').pathname;
    requests.set(path, (requests.get(path) ?? 0) + 1);
    if (state.door === 'captive-portal') answerAsPortal(response);
    else forward(incoming, response, targetPort);
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (state.door === 'mute-websocket') {
      keepWaiting(socket, unanswered);
      return;
    }
    if (state.door !== 'open') {
      refuseUpgrade(socket, state.door);
      return;
    }
    upgrades.handleUpgrade(incoming, socket, head, (client) => {
      relay(client, incoming, { state, targetPort });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const disconnect = () => {
    for (const client of upgrades.clients) client.terminate();
  };

  return {
    url: `http://localhost:${port}`,
    port,
    requests,
    disconnect,
    setRule: (rule = () => 'pass') => void (state.rule = rule),
    setDoor: (door) => void (state.door = door),
    count: (sort) => sum(state.counts, sort),
    async close() {
      const closed = once(server, 'close');
      disconnect();
      for (const socket of unanswered) socket.destroy();
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface ProxyState {
  door: ProxyDoor;
  rule: Rule;
  counts: Map<Frame['kind'], Map<string, FrameCount>>;
  opened: number;
}

/** Joins a client's WebSocket with one of its own to the server. */
function relay(
  client: WebSocket,
  incoming: IncomingMessage,
  { state, targetPort }: { state: ProxyState; targetPort: number },
): void {
  const { origin } = incoming.headers;
  const server = new WebSocket(`ws://127.0.0.1:${targetPort}${incoming.url ?? '/'}`, {
    perMessageDeflate: false,
    headers: { host: incoming.headers.host },
    ...(origin === undefined ? {} : { origin }),
  });
  const read = createFrameReader(++state.opened);
  const waiting: string[] = [];
  const pass = (to: WebSocket, direction: Frame['direction']) => (data: RawData) => {
    const text = (data as Buffer).toString();
    decide(read(direction, text), state, () => {
      if (to.readyState === WebSocket.OPEN) to.send(text);
      else if (to.readyState === WebSocket.CONNECTING) waiting.push(text);
    });
  };

  client.on('message', pass(server, 'up'));
  server.on('message', pass(client, 'down'));
  server.once('open', () => {
    for (const text of waiting) server.send(text);
  });
  // An error is an end like others; `close` follows.
  for (const [socket, other] of [
    [client, server],
    [server, client],
  ] as const) {
    socket.on('error', () => undefined);
    socket.once('close', () => other.terminate());
  }
}

function decide(frame: Frame, state: ProxyState, send: () => void): void {
  const verdict = state.rule(frame);
  const counted = countOf(state.counts, frame);
  counted.seen++;
  if (verdict === 'pass') send();
  else if (verdict === 'drop') counted.dropped++;
  else if ('copies' in verdict) {
    counted.copied++;
    for (let copy = 0; copy < verdict.copies; copy++) send();
  } else {
    counted.held++;
    setTimeout(send, verdict.holdMs);
  }
}

function countOf(counts: ProxyState['counts'], { kind, command = '' }: Frame): FrameCount {
  const byCommand = counts.get(kind) ?? new Map<string, FrameCount>();
  counts.set(kind, byCommand);
  const counted = byCommand.get(command) ?? { seen: 0, dropped: 0, copied: 0, held: 0 };
  byCommand.set(command, counted);
  return counted;
}

function sum(
  counts: ProxyState['counts'],
  { kind, command }: { kind: Frame['kind']; command?: string },
): FrameCount {
  const total = { seen: 0, dropped: 0, copied: 0, held: 0 };
  for (const [name, counted] of counts.get(kind) ?? []) {
    if (command !== undefined && command !== name) continue;
    for (const key of Object.keys(total) as (keyof FrameCount)[]) total[key] += counted[key];
  }
  return total;
}

function forward(incoming: IncomingMessage, response: ServerResponse, targetPort: number): void {
  const { method, url, headers } = incoming;
  const outgoing = request({ port: targetPort, host: '127.0.0.1', method, path: url, headers });
  outgoing.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  outgoing.once('error', () => response.destroy());
  // Whoever asked and went away takes the question along.
  response.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function answerAsPortal(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(PORTAL);
}

function keepWaiting(socket: Duplex, unanswered: Set<Duplex>): void {
  unanswered.add(socket);
  socket.on('error', () => undefined).resume();
  socket.once('close', () => unanswered.delete(socket));
}

function refuseUpgrade(socket: Duplex, door: ProxyDoor): void {
  const [status, body] = door === 'captive-portal' ? ['200 OK', PORTAL] : ['403 Forbidden', ''];
  const headers = `Content-Type: text/html\r\nContent-Length: ${body.length}\r\nConnection: close`;
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
}
