import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { pino } from 'pino';
import { startTestGateway } from '../testing/start-test-gateway.ts';
import { createOverload } from './overload.ts';

const SHEDDABLE = ['typing', 'presence', 'new visitors'] as const;

describe('overload', () => {
  const delay = { ms: 0 };
  const writes = { refused: 0 };

  function start() {
    const gauge = { read: () => delay.ms, close: () => {} };
    const writeBound = { takeRefused: () => writes.refused };
    const limits = { shedDelayMs: 200, shedCheckMs: 2_000 };
    const logger = pino({ level: 'silent' });
    const overload = createOverload({ limits, gauge, writeBound, logger });
    onTestFinished(overload.close);
    const after = (delayMs: number) => {
      delay.ms = delayMs;
      vi.advanceTimersByTime(2_000);
      return SHEDDABLE.filter((what) => overload.sheds(what));
    };
    return { overload, after };
  }

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sheds one thing after the other, the least important first', () => {
    const { after } = start();
    expect(after(200)).toEqual([]);
    expect(after(201)).toEqual(['typing']);
    expect(after(201)).toEqual(['typing', 'presence']);
    expect(after(201)).toEqual(['typing', 'presence', 'new visitors']);
    expect(after(9_000)).toEqual(['typing', 'presence', 'new visitors']);
  });

  it('takes them up again in the opposite order, and only when the delay is well below', () => {
    const { after } = start();
    for (let times = 0; times < 3; times++) after(300);
    expect(after(199)).toHaveLength(3);
    expect(after(100)).toHaveLength(3);
    expect(after(99)).toEqual(['typing', 'presence']);
    expect(after(150)).toEqual(['typing', 'presence']);
    expect(after(10)).toEqual(['typing']);
    expect(after(10)).toEqual([]);
    expect(after(10)).toEqual([]);
  });

  it('counts a node as overloaded that refuses writes, however punctual it is', () => {
    const { after } = start();
    writes.refused = 1;
    expect(after(0)).toEqual(['typing']);
    expect(after(0)).toEqual(['typing', 'presence']);
    writes.refused = 0;
    expect(after(0)).toEqual(['typing']);
    expect(after(0)).toEqual([]);
  });

  it('tells of changes, and of nothing else', () => {
    const { overload, after } = start();
    const told: number[] = [];
    overload.onChange(() => told.push(delay.ms));
    for (const ms of [0, 250, 150, 50, 50]) after(ms);
    expect(told).toEqual([250, 50]);
  });
});

it('notices an event loop that is really late', async () => {
  const logger = pino({ level: 'silent' });
  const limits = { shedDelayMs: 20, shedCheckMs: 100 };
  const overload = createOverload({ limits, logger, writeBound: { takeRefused: () => 0 } });
  onTestFinished(overload.close);
  const changed = new Promise<void>((resolve) => {
    overload.onChange(resolve);
  });
  const until = performance.now() + 1_000;
  while (!overload.sheds('typing') && performance.now() < until) {
    const blockedUntil = performance.now() + 60;
    while (performance.now() < blockedUntil);
    await nextTurn();
  }
  await changed;
  expect(overload.sheds('typing')).toBe(true);
});

describe('a node that cannot keep up', () => {
  async function start(level: number) {
    const gateway = await startTestGateway({
      limits: { shedCheckMs: 10, shedDelayMs: 200, presenceGraceMs: 1 },
    });
    onTestFinished(gateway.close);
    const shop = await gateway.createWorkspace();
    const agent = gateway.connect(await shop.addAgent('Support'));
    const visitor = gateway.connect(await shop.addVisitor());
    await Promise.all([agent.next('hello'), visitor.next('hello')]);
    await agent.next('signal', { type: 'presence', status: 'online', actor: { kind: 'visitor' } });
    const [shed] = SHEDDABLE.slice(level - 1);
    const isReached = new Promise<void>((resolve) => {
      gateway.overload.onChange(() => {
        if (!shed || !gateway.overload.sheds(shed) || gateway.delay.ms === 0) return;
        // Between the two limits, where it stays as it is.
        gateway.delay.ms = 150;
        resolve();
      });
    });
    gateway.delay.ms = 201;
    await isReached;
    return { gateway, shop, agent, visitor };
  }

  const message = { clientConversationId: 'cl_1', clientMessageId: 'cl_1' };
  const content = { kind: 'text' as const, text: 'Hello' };

  it('passes no typing on, and answers sends as ever', async () => {
    const { agent, visitor } = await start(1);
    const ack = await visitor.ask('message.send', { ...message, content });
    expect(ack).toMatchObject({ ok: true, seq: 1 });
    const { conversationId } = ack as { conversationId: string };
    const typing = await visitor.ask('typing.set', { conversationId, isTyping: true });
    expect(typing).toEqual({ ok: true });
    const next = { conversationId, clientMessageId: 'cl_2', content };
    expect(await visitor.ask('message.send', next)).toMatchObject({ ok: true, seq: 2 });
    await agent.next('event', { seq: 2 });
    expect(agent.frames.filter(({ payload }) => payload['type'] === 'typing')).toEqual([]);
  });

  it('tells later who came and went, of each only how it ended', async () => {
    const { gateway, shop, agent, visitor } = await start(2);
    const other = await shop.addVisitor();
    const client = gateway.connect(other);
    await client.next('hello');
    client.socket.disconnect();
    visitor.socket.disconnect();
    const statuses = () => gateway.domain.presence.statusOfVisitors(shop.id, [other.visitorId]);
    await vi.waitFor(async () => expect([...(await statuses()).values()]).toEqual(['offline']));
    const ofVisitors = () =>
      agent.frames.filter(({ payload: { actor } }) => JSON.stringify(actor)?.includes('"visitor"'));
    expect(ofVisitors()).toEqual([]);

    gateway.delay.ms = 0;
    const actor = { kind: 'visitor', id: other.visitorId };
    await agent.next('signal', { type: 'presence', status: 'offline', actor });
    expect(ofVisitors().filter(({ payload }) => payload['status'] === 'online')).toEqual([]);
  });

  it('lets in agents, and visitors who have a session', async () => {
    const { gateway, shop, visitor } = await start(3);
    const returning = gateway.connect(await shop.addVisitor());
    await returning.next('hello');
    const agent = gateway.connect(await shop.addAgent('Sales'));
    await agent.next('hello');
    const ack = await visitor.ask('message.send', { ...message, content });
    expect(ack).toMatchObject({ ok: true });
  });
});
