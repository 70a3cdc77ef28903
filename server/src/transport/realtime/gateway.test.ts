import { connect as connectTcp } from 'node:net';
import { NAMESPACES, PROTOCOL_VERSION, WIRE_LIMITS } from '@alcove/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Limits } from '../../limits.ts';
import type { Storage } from '../../storage/storage.ts';
import { StoreUnavailableError } from '../../storage/store-unavailable-error.ts';
import {
  CONSOLE_ORIGIN,
  connectTestClient,
  SHOP_ORIGIN,
  startTestGateway,
  type TestClient,
  type TestGateway,
} from '../../testing/start-test-gateway.ts';
import { wrapConversations } from '../../testing/wrap-conversations.ts';

let gateway: TestGateway;
let shop: Awaited<ReturnType<TestGateway['createWorkspace']>>;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

beforeEach(async () => {
  shop = await gateway.createWorkspace();
});

/** Pino's number for it; errors have higher ones. */
const WARNING = 40;

const refusedWith = (code: string) => ({ data: { ok: false, code } });

/** A client that a test connects by hand, and that is gone when the test is. */
function connectTo(namespace: string, auth: object, origin?: string): TestClient {
  const client = connectTestClient(gateway.url + namespace, auth, origin);
  onTestFinished(() => void client.socket.disconnect());
  return client;
}

/** Whether somebody else can still use the server. */
async function isAlive() {
  const client = gateway.connect(await shop.addVisitor());
  await client.next('hello');
  client.socket.disconnect();
  return true;
}

describe('a handshake', () => {
  it('is refused in words when it is no handshake at all', async () => {
    const client = connectTo(NAMESPACES.visitor, { protocol: 'one', accessToken: 7 }, SHOP_ORIGIN);
    expect(await client.next('connect_error')).toMatchObject({
      message: 'protocol must be a whole number from 1 on.',
      ...refusedWith('invalid'),
    });
  });

  it('of a newer client is welcome: it speaks what this server knows', async () => {
    const client = gateway.connect(await shop.addVisitor(), { protocol: PROTOCOL_VERSION + 5 });
    expect(await client.next('hello')).toMatchObject({ protocol: PROTOCOL_VERSION });
  });

  it('needs a token of this door', async () => {
    const [visitor, agent] = [await shop.addVisitor(), await shop.addAgent('Support')];
    const tokens = {
      [NAMESPACES.visitor]: gateway.issue(agent),
      [NAMESPACES.agent]: gateway.issue(visitor),
    };
    for (const [namespace, otherDoors] of Object.entries(tokens)) {
      for (const accessToken of [otherDoors, 'nonsense', 'x'.repeat(4000)]) {
        const origin = namespace === NAMESPACES.agent ? CONSOLE_ORIGIN : SHOP_ORIGIN;
        const client = connectTo(namespace, { protocol: 1, accessToken }, origin);
        expect(await client.next('connect_error')).toMatchObject(refusedWith('unauthenticated'));
      }
    }
  });

  it('needs an origin that its workspace allows', async () => {
    const [visitor, agent] = [await shop.addVisitor(), await shop.addAgent('Support')];
    const cases = [
      [visitor, 'https://evil.example'],
      [visitor, 'null'],
      [agent, SHOP_ORIGIN],
      [agent, 'null'],
    ] as const;
    for (const [principal, origin] of cases) {
      const client = gateway.connect(principal, {}, origin);
      expect(await client.next('connect_error')).toMatchObject(refusedWith('origin_not_allowed'));
    }
    const nowhere = connectTo(NAMESPACES.visitor, {
      protocol: 1,
      accessToken: gateway.issue(visitor),
    });
    expect(await nowhere.next('connect_error')).toMatchObject(refusedWith('origin_not_allowed'));
  });

  it('is cut short when its origin is none that a browser would write', async () => {
    for (const origin of [
      'https://SHOP.example',
      'https://shop.example/',
      'https://shop.example.',
      'https://user@shop.example',
      'shop.example',
      'https://shop.example:443',
      '__proto__',
    ].filter((origin) => URL.parse(origin)?.origin !== origin)) {
      const client = gateway.connect(await shop.addVisitor(), {}, origin);
      expect(await client.next('connect_error')).toMatchObject({ message: 'websocket error' });
    }
    expect(await isAlive()).toBe(true);
  });

  it('leads nowhere outside the two namespaces', async () => {
    const root = connectTo('/', { protocol: 1 }, SHOP_ORIGIN);
    expect(await root.next('connect_error')).toMatchObject({
      message: 'Connect to the namespace /visitor or /agent.',
    });
    const unknown = connectTo('/admin', {}, SHOP_ORIGIN);
    expect(await unknown.next('connect_error')).toMatchObject({ message: 'Invalid namespace' });
  });

  it('must be finished in time', async () => {
    const quick = await startTestGateway({ limits: { handshakeMs: 50 } });
    onTestFinished(quick.close);
    const mute = new WebSocket(`${quick.url}/socket.io/?EIO=4&transport=websocket`);
    const messages: unknown[] = [];
    mute.addEventListener('message', ({ data }) => messages.push(data));
    await new Promise((resolve) => mute.addEventListener('close', resolve));
    expect(messages).toEqual([expect.stringMatching(/^0\{"sid":/)]);
  });

  it('is over when the namespace is left: nobody keeps a mute connection', async () => {
    const client = gateway.connect(await shop.addVisitor());
    await client.next('hello');
    const ws = client.rawSocket();
    const closed = new Promise((resolve) => ws.addEventListener('close', resolve));
    ws.send(`41${NAMESPACES.visitor},`);
    await expect(closed).resolves.toBeDefined();
  });

  it('may be two at once over one connection', async () => {
    const both = await startTestGateway();
    onTestFinished(both.close);
    both.authenticator.checkAgentOrigin = () => {};
    const workspace = await both.createWorkspace();
    const people = {
      visitor: await workspace.addVisitor(),
      agent: await workspace.addAgent('Support'),
    };
    const ws = new WebSocket(`${both.url}/socket.io/?EIO=4&transport=websocket`, {
      headers: { origin: SHOP_ORIGIN },
    } as never);
    onTestFinished(() => ws.close());
    const messages: string[] = [];
    ws.addEventListener('message', ({ data }) => messages.push(String(data)));
    const hears = (text: string) =>
      vi.waitFor(() => expect(messages.find((message) => message.includes(text))).toBeDefined());
    await hears('0{"sid"');
    for (const [namespace, principal] of Object.entries(people)) {
      const auth = { protocol: 1, accessToken: both.issue(principal) };
      ws.send(`40/${namespace},${JSON.stringify(auth)}`);
    }
    await hears('42/visitor,["hello"');
    await hears('42/agent,["hello"');
  });

  it('over long-polling is refused: that would need sticky sessions', async () => {
    const answer = await fetch(`${gateway.url}/socket.io/?EIO=4&transport=polling`);
    expect(answer.status).toBe(400);
    expect(await (await fetch(`${gateway.url}/socket.io/socket.io.js`)).text()).not.toContain(
      'Socket.IO v',
    );
  });
});

describe('a crowd at the door', () => {
  async function startStrict(limits: Partial<Limits>, wrapStorage?: (storage: Storage) => Storage) {
    const strict = await startTestGateway({ limits, wrapStorage });
    onTestFinished(strict.close);
    return { strict, workspace: await strict.createWorkspace() };
  }

  it('is let in at a measured pace, and the rest is told when to come back', async () => {
    const { strict, workspace } = await startStrict({
      handshakes: { points: 5, durationMs: 2000 },
    });
    const people = await Promise.all(Array.from({ length: 8 }, () => workspace.addVisitor()));
    const clients = people.map((visitor) => strict.connect(visitor));
    const waits: number[] = [];
    const outcomes = await Promise.all(
      clients.map((client) =>
        Promise.race([
          client.next('hello').then(() => 'in'),
          client.next('connect_error').then(({ data }) => {
            expect(data).toMatchObject({ ok: false, code: 'busy', retryable: true });
            waits.push((data as { retryAfterMs: number }).retryAfterMs);
            return 'later';
          }),
        ]),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'in').length).toBeLessThan(5);
    expect(new Set(waits).size).toBe(waits.length);
    await new Promise((resolve) => setTimeout(resolve, 410));
    const patient = strict.connect(await workspace.addVisitor());
    await patient.next('hello');
  });

  it('from one network leaves places to others', async () => {
    const { strict, workspace } = await startStrict({
      handshakesPerAddress: { points: 1, durationMs: 10_000 },
    });
    await strict.connect(await workspace.addVisitor()).next('hello');
    const { data } = await strict.connect(await workspace.addVisitor()).next('connect_error');
    expect(data).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
  });

  it('from one address is only so large, as long as it is', async () => {
    const { strict, workspace } = await startStrict({ socketsPerAddress: 2 });
    const [first, second] = [
      strict.connect(await workspace.addVisitor()),
      strict.connect(await workspace.addVisitor()),
    ];
    await Promise.all([first.next('hello'), second.next('hello')]);
    const third = await workspace.addVisitor();
    expect(await strict.connect(third).next('connect_error')).toMatchObject({
      message: 'websocket error',
    });
    expect(strict.logged.filter(({ msg }) => String(msg).includes('TRUST_PROXY'))).toHaveLength(1);
    first.socket.disconnect();
    await vi.waitFor(async () => {
      const client = strict.connect(third);
      const isIn = client.next('hello').then(() => true);
      const isOut = client.next('connect_error').then(() => false);
      expect(await Promise.race([isIn, isOut])).toBe(true);
    });
  });

  it.each([
    ['one visitor', { socketsPerVisitor: 2 }, 'rate_limited'],
    ['one workspace, its agents excepted', { visitorsPerWorkspace: 2 }, 'busy'],
  ])('of %s is only so large, as long as it is', async (_whose, limits, code) => {
    const { strict, workspace } = await startStrict(limits);
    const visitor = await workspace.addVisitor();
    const [first, second] = [strict.connect(visitor), strict.connect(visitor)];
    await Promise.all([first.next('hello'), second.next('hello')]);
    const { data } = await strict.connect(visitor).next('connect_error');
    expect(data).toMatchObject({ code, retryable: true, retryAfterMs: expect.any(Number) });
    await strict.connect(await workspace.addAgent('Support')).next('hello');
    const elsewhere = await (await strict.createWorkspace()).addVisitor();
    await strict.connect(elsewhere).next('hello');
    first.socket.disconnect();
    await vi.waitFor(async () => {
      const client = strict.connect(visitor);
      const isIn = client.next('hello').then(() => true);
      const isOut = client.next('connect_error').then(() => false);
      expect(await Promise.race([isIn, isOut])).toBe(true);
    });
  });

  it('does not reach the store before there is a place', async () => {
    let looks = 0;
    const { strict, workspace } = await startStrict(
      { handshakes: { points: 1, durationMs: 60_000 } },
      (storage) =>
        wrapConversations(storage, (conversations) => ({
          listForVisitor: (...query) => {
            looks++;
            return conversations.listForVisitor(...query);
          },
        })),
    );
    await strict.connect(await workspace.addVisitor()).next('hello');
    for (let times = 0; times < 5; times++) {
      await strict.connect(await workspace.addVisitor()).next('connect_error');
    }
    expect(looks).toBe(1);
  });
});

describe('a handshake without the store', () => {
  it('that cannot be greeted is told so and may come back; the server lives on', async () => {
    let isBroken = true;
    const broken = await startTestGateway({
      wrapStorage: (storage) =>
        wrapConversations(storage, (conversations) => ({
          listForVisitor: async (...query) => {
            if (isBroken) throw new StoreUnavailableError('list', new Error('disk I/O error'));
            return conversations.listForVisitor(...query);
          },
        })),
    });
    onTestFinished(broken.close);
    const visitor = await (await broken.createWorkspace()).addVisitor();
    const client = broken.connect(visitor);
    expect(await client.next('refused')).toMatchObject({
      code: 'store_unavailable',
      retryable: true,
      retryAfterMs: expect.any(Number),
    });
    await client.next('disconnect');
    isBroken = false;
    await broken.connect(visitor).next('hello');
  });

  it('whose token cannot be looked up is refused in words that say to come back', async () => {
    const broken = await startTestGateway();
    onTestFinished(broken.close);
    const visitor = await (await broken.createWorkspace()).addVisitor();
    const { authenticator } = broken;
    const look = authenticator.visitor;
    authenticator.visitor = async () => {
      throw new StoreUnavailableError('isSessionActive', new Error('disk I/O error'));
    };
    const { data } = await broken.connect(visitor).next('connect_error');
    expect(data).toMatchObject({ ok: false, code: 'store_unavailable', retryable: true });
    authenticator.visitor = look;
    await broken.connect(visitor).next('hello');
  });

  it('and visits that cannot be noted are told in one line, however many there are', async () => {
    let untold = 0;
    let isTold = () => {};
    const allTold = new Promise<void>((resolve) => (isTold = resolve));
    const broken = await startTestGateway({
      wrapStorage: (storage) => ({
        ...storage,
        forWorkspace(workspaceId) {
          const workspace = storage.forWorkspace(workspaceId);
          const update = async () => {
            untold++;
            if (untold === 3) isTold();
            throw new StoreUnavailableError('updateContact', new Error('disk I/O error'));
          };
          return { ...workspace, contacts: { ...workspace.contacts, update } };
        },
      }),
    });
    onTestFinished(broken.close);
    const workspace = await broken.createWorkspace();
    for (let times = 0; times < 3; times++) {
      const client = broken.connect(await workspace.addVisitor());
      await client.next('hello');
      client.socket.disconnect();
    }
    await allTold;
    const told = broken.logged.filter(({ level }) => Number(level) >= WARNING);
    expect(told).toMatchObject([{ msg: 'the store is unavailable', what: 'noting a visit' }]);
  });

  it('whose token is looked up for too long is refused as busy', async () => {
    const slow = await startTestGateway({ limits: { commandDeadlineMs: 30 } });
    onTestFinished(slow.close);
    const visitor = await (await slow.createWorkspace()).addVisitor();
    slow.authenticator.visitor = () => new Promise(() => {});
    const { data } = await slow.connect(visitor).next('connect_error');
    expect(data).toMatchObject({ ok: false, code: 'busy', retryable: true });
  });
});

describe('a frame', () => {
  async function connected() {
    const client = gateway.connect(await shop.addVisitor());
    await client.next('hello');
    return client;
  }

  it('with an unknown name is refused with those that are known', async () => {
    const client = await connected();
    for (const name of ['message.shout', 'constructor', '__proto__', 'error', 'hello', '']) {
      expect(await client.askAnything(name, {})).toMatchObject({
        ok: false,
        code: 'invalid',
        retryable: false,
        message: expect.stringContaining('message.send'),
      });
    }
  });

  it('of an agent’s is unknown to visitors', async () => {
    const client = await connected();
    expect(await client.askAnything('inbox.list', { view: 'all' })).toMatchObject({
      ok: false,
      code: 'invalid',
    });
  });

  it('without a callback is refused by a frame of its own and does nothing', async () => {
    const client = await connected();
    client.socket.emit('message.send', {
      clientConversationId: 'cl_mute',
      clientMessageId: 'cl_mute',
      content: { kind: 'text', text: 'Into the void' },
    });
    expect(await client.next('refused')).toMatchObject({
      code: 'invalid',
      message: 'Every command needs an acknowledgement callback.',
    });
    client.socket.emit('error', new Error('not the emitter’s business'));
    await client.next('refused');
    expect(client.frames).toEqual([]);
  });

  it('with more or less than one payload is refused', async () => {
    const client = await connected();
    for (const payloads of [[], [{}, {}], [{}, {}, {}]]) {
      expect(await client.askAnything('sync', ...payloads)).toMatchObject({
        ok: false,
        code: 'invalid',
        message: expect.stringContaining('exactly one payload'),
      });
    }
  });

  it('with a payload of another shape is refused in words, and polluted prototypes stay out', async () => {
    const client = await connected();
    const shapes = [
      null,
      'text',
      7,
      [],
      { conversationId: { $ne: null }, since: 0 },
      { conversationId: ['cv_1'], since: 0 },
      { conversationId: 'cv_1', since: '0' },
      { conversationId: 'cv_1', since: -1 },
      { conversationId: '__proto__', since: 0 },
      JSON.parse('{"__proto__": {"isAdmin": true}, "conversationId": 1}'),
      Buffer.from('binary'),
    ];
    for (const payload of shapes) {
      expect(await client.askAnything('sync', payload)).toMatchObject({
        ok: false,
        code: 'invalid',
      });
    }
    expect({}).not.toHaveProperty('isAdmin');
  });

  it('with a text above 8 KB is too large', async () => {
    const client = await connected();
    const message = (text: string) => ({
      clientConversationId: 'cl_long',
      clientMessageId: 'cl_long',
      content: { kind: 'text' as const, text },
    });
    const long = 'é'.repeat(WIRE_LIMITS.textBytes / 2);
    expect(await client.ask('message.send', message(`${long}!`))).toMatchObject({
      ok: false,
      code: 'too_large',
    });
    expect(await client.ask('message.send', message(long))).toMatchObject({ ok: true });
  });

  it('above 64 KB ends the connection, and nobody else’s', async () => {
    const witness = await connected();
    const client = await connected();
    client.socket.emit('sync', { conversationId: 'x'.repeat(WIRE_LIMITS.frameBytes) }, () => {});
    await client.next('disconnect');
    expect(witness.socket.connected).toBe(true);
    expect(await isAlive()).toBe(true);
  });

  it('that is no Socket.IO ends its connection at most, and nobody else’s', async () => {
    const witness = await connected();
    for (const garbage of [
      '4{',
      '49/visitor,',
      '42/visitor,["sync"',
      '42/visitor,{}',
      '42/visitor,["disconnect"]',
      '42["sync",{}]',
    ]) {
      const client = await connected();
      client.rawSocket().send(garbage);
      await client.next('disconnect');
    }
    const nameless = await connected();
    nameless.rawSocket().send('42/visitor,[1]');
    await nameless.next('refused');
    for (const garbage of [
      '4',
      '451-/visitor,["a",{"_placeholder":true,"num":0}]',
      '43/visitor,999[{}]',
      '40/visitor,{"protocol":1}',
      '\u0000',
      '3probe',
    ]) {
      const client = await connected();
      client.rawSocket().send(garbage);
      expect(await isAlive()).toBe(true);
    }
    expect(witness.socket.connected).toBe(true);
  });

  it('that arrives in the middle of a TCP handshake gone wrong harms nobody', async () => {
    const { port } = new URL(gateway.url);
    const tcp = connectTcp(Number(port), '127.0.0.1');
    tcp.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    );
    await new Promise((resolve) =>
      tcp
        .once('close', resolve)
        .once('error', () => {})
        .resume(),
    );
    expect(await isAlive()).toBe(true);
  });
});

describe('a session', () => {
  it('is renewed on the open connection', async () => {
    const visitor = await shop.addVisitor();
    const client = gateway.connect({ ...visitor, expiresAt: gateway.clock.now() + 60_000 });
    await client.next('hello');
    const expiresAt = gateway.clock.now() + 120_000;
    const accessToken = gateway.issue({ ...visitor, expiresAt });
    expect(await client.ask('session.renew', { accessToken })).toEqual({
      ok: true,
      expiresAt: new Date(expiresAt).toISOString(),
    });
    gateway.clock.advance(60_001);
    expect(await client.ask('heads', { conversationIds: [] })).toEqual({ ok: true, heads: {} });
    gateway.clock.advance(60_000);
    expect(await client.next('signal', { type: 'session.ended' })).toMatchObject({
      message: 'The session has expired.',
    });
    await client.next('disconnect');
  });

  it('is not handed over to somebody else', async () => {
    const other = await (await gateway.createWorkspace()).addVisitor();
    const client = gateway.connect(await shop.addVisitor());
    await client.next('hello');
    for (const accessToken of [gateway.issue(other), gateway.issue(await shop.addVisitor())]) {
      expect(await client.ask('session.renew', { accessToken })).toMatchObject({
        ok: false,
        code: 'forbidden',
      });
    }
    const agentToken = gateway.issue(await shop.addAgent('Support'));
    expect(await client.ask('session.renew', { accessToken: agentToken })).toMatchObject({
      code: 'unauthenticated',
    });
  });

  it('that was revoked closes its connections, and no other', async () => {
    const agent = await shop.addAgent('Support');
    const [tab, otherTab] = [gateway.connect(agent), gateway.connect(agent)];
    const elsewhere = gateway.connect({ ...agent, sessionId: 'se_elsewhere' });
    await Promise.all([tab, otherTab, elsewhere].map((client) => client.next('hello')));
    gateway.cluster.revocations.revoke(agent.sessionId);
    for (const client of [tab, otherTab]) {
      expect(await client.next('signal', { type: 'session.ended' })).toMatchObject({
        message: 'You were signed out.',
      });
      await client.next('disconnect');
    }
    expect(await elsewhere.ask('heads', { conversationIds: [] })).toMatchObject({ ok: true });
  });

  it('that is revoked while its handshake is looked at is closed all the same', async () => {
    const agent = await shop.addAgent('Support');
    gateway.cluster.revocations.revoke(agent.sessionId);
    const client = gateway.connect(agent);
    await client.next('signal', { type: 'session.ended' });
    expect(await client.next('disconnect')).toMatchObject({ reason: expect.any(String) });
  });
});

describe('a limit', () => {
  it('refuses a flood of messages and says when to come back', async () => {
    const limited = await startTestGateway({
      limits: { visitorSends: { points: 3, durationMs: 10_000 } },
    });
    onTestFinished(limited.close);
    const workspace = await limited.createWorkspace();
    const [flooding, quiet] = [await workspace.addVisitor(), await workspace.addVisitor()];
    const client = limited.connect(flooding);
    await client.next('hello');
    const send = (from: TestClient, id: string) =>
      from.ask('message.send', {
        clientConversationId: 'cl_1',
        clientMessageId: id,
        content: { kind: 'text', text: id },
      });
    for (const id of ['a', 'b', 'c']) expect(await send(client, id)).toMatchObject({ ok: true });
    const refusal = await send(client, 'd');
    expect(refusal).toMatchObject({ ok: false, code: 'rate_limited', retryable: true });
    expect(refusal).toMatchObject({ retryAfterMs: expect.any(Number) });
    // Another tab shares the visitor's points, catch-up has its own, and nobody else pays.
    const tab = limited.connect(flooding);
    await tab.next('hello');
    expect(await send(tab, 'e')).toMatchObject({ code: 'rate_limited' });
    expect(await client.ask('heads', { conversationIds: [] })).toMatchObject({ ok: true });
    const other = limited.connect(quiet);
    expect(await send(other, 'f')).toMatchObject({ ok: true });
  });

  it('counts new conversations of an address, but not the repetition of one', async () => {
    const limited = await startTestGateway({
      limits: { newConversationsPerAddress: { points: 2, durationMs: 3_600_000 } },
    });
    onTestFinished(limited.close);
    const workspace = await limited.createWorkspace();
    const client = limited.connect(await workspace.addVisitor());
    await client.next('hello');
    const open = (from: TestClient, id: string) =>
      from.ask('message.send', {
        clientConversationId: id,
        clientMessageId: 'cl_1',
        content: { kind: 'text', text: 'Hello' },
      });
    expect(await open(client, 'cl_a')).toMatchObject({ ok: true, duplicate: false });
    for (let times = 0; times < 3; times++) {
      expect(await open(client, 'cl_a')).toMatchObject({ ok: true, duplicate: true });
    }
    expect(await open(client, 'cl_b')).toMatchObject({ ok: true });
    const neighbour = limited.connect(await workspace.addVisitor());
    expect(await open(neighbour, 'cl_c')).toMatchObject({ ok: false, code: 'rate_limited' });
  });
});
