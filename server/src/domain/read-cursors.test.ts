import { createId, type Cursor } from '@alcove/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf, startTestGateway, type TestGateway } from '../testing/start-test-gateway.ts';
import type { AgentPrincipal, Caller, Principal, VisitorPrincipal } from './principal.ts';

/** A quick form of a run of 50,000. */
const UPDATES = 1000;
const HEAD = 40;

let gateway: TestGateway;
let visitor: Caller<VisitorPrincipal>;
let agents: Caller<AgentPrincipal>[];
let strangers: Principal[];
let conversationId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  const [shop, otherShop] = [await gateway.createWorkspace(), await gateway.createWorkspace()];
  visitor = callerOf(await shop.addVisitor());
  agents = [callerOf(await shop.addAgent('Support')), callerOf(await shop.addAgent('Sales'))];
  strangers = [
    await shop.addVisitor(),
    await otherShop.addVisitor(),
    await otherShop.addAgent('M'),
  ];
  const clientConversationId = createId('cl');
  for (let seq = 1; seq <= HEAD; seq++) {
    const author = [visitor, visitor, ...agents][seq % 4] ?? visitor;
    const where = seq === 1 ? { clientConversationId } : { conversationId };
    const content = { kind: 'text' as const, text: `Line ${seq}` };
    const message = { ...where, clientMessageId: createId('cl'), content };
    ({ conversationId } = await gateway.domain.messages.send(
      seq === 1 ? visitor : author,
      message,
    ));
  }
});

afterAll(() => gateway.close());

/** mulberry32: the same numbers for the same seed, so that a failure can be repeated. */
function createRandom(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Counts unread messages one by one, from the log and the cursor alone. */
async function recountUnread(principal: Principal, read: number) {
  const { events } = await gateway.domain.logReader.history(principal, { conversationId });
  const isOwnSide = (kind: string) => (kind === 'visitor') === (principal.kind === 'visitor');
  const ownLast = events.findLast(({ actor }) => isOwnSide(actor.kind))?.seq ?? 0;
  return events.filter(({ actor, seq }) => !isOwnSide(actor.kind) && seq > Math.max(read, ownLast))
    .length;
}

describe('cursors under random updates', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);

  it(`are monotone, clamped, read <= delivered <= head, and unread is a recount (seed ${seed})`, async () => {
    const random = createRandom(seed);
    const any = () => (random() < 0.3 ? undefined : Math.floor(random() * HEAD * 1.5));
    const known = new Map<string, Cursor>();
    for (let update = 0; update < UPDATES; update++) {
      const caller = [visitor, ...agents][Math.floor(random() * 3)] ?? visitor;
      const asked = { delivered: any(), read: any() };
      const { cursor } = await gateway.domain.readCursors.advance(caller.principal, {
        conversationId,
        ...asked,
      });
      const before = known.get(cursor.participant.id) ?? { read: 0, delivered: 0 };
      const read = Math.max(before.read, Math.min(asked.read ?? 0, HEAD));
      const delivered = Math.max(before.delivered, Math.min(asked.delivered ?? 0, HEAD), read);
      expect(cursor).toMatchObject({ read, delivered });
      known.set(cursor.participant.id, cursor);
    }
    for (const { principal } of agents) {
      const { rows } = await gateway.domain.inbox.get(principal, {
        conversationIds: [conversationId],
      });
      const read = known.get(principal.agentId)?.read ?? 0;
      expect(rows[0]?.unread).toBe(await recountUnread(principal, read));
    }
    const hello = await gateway.domain.greetings.helloVisitor(visitor.principal);
    const read = known.get(visitor.principal.visitorId)?.read ?? 0;
    expect(hello.conversations[0]?.unread).toBe(await recountUnread(visitor.principal, read));
  });

  it('of strangers are refused and leave nothing behind', async () => {
    const cursors = async () => {
      const { conversations } = gateway.storage.forWorkspace(visitor.principal.workspaceId);
      return conversations.cursorsOf([conversationId]);
    };
    const before = await cursors();
    for (const stranger of strangers) {
      await expect(
        gateway.domain.readCursors.advance(stranger, { conversationId, read: HEAD }),
      ).rejects.toThrow('There is no such conversation.');
    }
    expect(await cursors()).toEqual(before);
  });

  it('below zero do not pass the door', async () => {
    for (const read of [-1, 1.5, Number.NaN, '1', null]) {
      expect(
        await gateway.commands.executeVisitor(visitor, 'cursor.advance', { conversationId, read }),
      ).toMatchObject({ ok: false, code: 'invalid' });
    }
  });
});
