import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { httpBeside } from './http-socket.ts';
import type { OpenSocket, SocketOptions } from './socket.ts';
import { describeSocketContract } from './socket-contract.ts';
import { passTime } from './testing/pass-time.ts';
import { setScene } from './testing/scene.ts';
import type { VisitorClient } from './visitor-client.ts';

/** Where no socket ever opens. */
const openNothing: OpenSocket = ({ onLost }) => {
  queueMicrotask(onLost);
  return { ask: () => Promise.reject(new Error('nothing is open')), close: () => {} };
};

describeSocketContract(
  'HTTP in place of a socket',
  httpBeside(openNothing, () => {}),
  { isHttp: true },
);

describe('a network that lets only HTTP through', () => {
  const scene = setScene();
  const { openPage, connectAgent, asked } = scene;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  });

  const pass = (ms: number) => passTime(ms, vi.advanceTimersByTimeAsync);
  const linesOf = (client: VisitorClient) =>
    client
      .timeline(client.getState().conversations[0]?.id ?? null)
      .flatMap((line) => (line.kind === 'message' ? [line.content, line.state] : []));

  it.each(['refuse', 'silence'] as const)(
    'is found out within 20 s when it answers sockets with %s, and messages go both ways',
    async (fate) => {
      scene.server.faults.onUpgrade = () => fate;
      const client = openPage();
      const heard: string[] = [];
      client.on('message', ({ message }) => heard.push(message.content.kind));
      await client.send('hello');
      await pass(20_000);
      expect(client.getState()).toMatchObject({ connection: { status: 'online' }, pending: [] });
      const [id = ''] = client.getState().conversations.map((one) => one.id);
      scene.server.workspace.say(id, 'an answer');
      await pass(5_500);
      expect(heard).toEqual(['text']);
      await client.send('another');
      await pass(3_000);
      expect(linesOf(client)).toHaveLength(6);
      expect(client.getState().pending).toEqual([]);
      expect(scene.server.connectionCount).toBe(0);
    },
  );

  it('may fail one request without being taken for lost', async () => {
    scene.server.faults.onUpgrade = () => 'refuse';
    const client = openPage();
    await client.send('hello');
    await pass(20_000);
    const seen = new Set<string>();
    client.subscribe(() => seen.add(client.getState().connection.status));
    let sends = 0;
    scene.server.faults.onCommand = ({ name }) =>
      name === 'message.send' && ++sends === 1 ? 'disconnect' : 'answer';
    await client.send('another');
    await pass(3_000);
    expect(sends).toBe(2);
    expect(linesOf(client).slice(2)).toEqual([{ kind: 'text', text: 'another' }, 'sent']);
    expect([...seen]).toEqual(['online']);
  });

  it('is left for a real socket as soon as one works, without a gap or a double', async () => {
    scene.server.faults.onUpgrade = () => 'refuse';
    const client = openPage();
    const heard: string[] = [];
    client.on('message', ({ message }) => heard.push((message.content as { text: string }).text));
    await client.send('hello');
    await pass(15_000);
    const [id = ''] = client.getState().conversations.map((one) => one.id);
    scene.server.faults.onUpgrade = () => 'answer';
    const said: string[] = [];
    for (let n = 0; scene.server.connectionCount === 0 && n < 100; n++) {
      said.push(`answer ${n}`);
      scene.server.workspace.say(id, `answer ${n}`);
      await pass(1_000);
    }
    expect(scene.server.connectionCount).toBe(1);
    said.push('the last');
    scene.server.workspace.say(id, 'the last');
    await pass(1_000);
    expect(heard).toEqual(said);
    const polls = asked('hello.get').length;
    await pass(30_000);
    expect(asked('hello.get')).toHaveLength(polls);
    expect(client.getState().connection.status).toBe('online');
  });

  it('is not thought of after an outage of everything: who comes back is greeted once, by a socket', async () => {
    const client = openPage();
    await client.send('hello');
    await pass(1_000);
    let tries = 0;
    scene.server.faults.onUpgrade = () => (++tries ? 'refuse' : 'answer');
    scene.server.faults.onRequest = () => 'portal';
    scene.server.disconnectAll();
    // Two sockets fail, and what comes next is the turn of HTTP.
    while (tries < 2) await pass(50);
    const polls = asked('hello.get').length;
    scene.server.faults.onUpgrade = () => 'answer';
    scene.server.faults.onRequest = () => 'answer';
    await pass(20_000);
    expect(client.getState().connection.status).toBe('online');
    expect(asked('hello.get')).toHaveLength(polls);
    expect(scene.server.connectionCount).toBe(1);
  });

  it('does not keep clients away whose page can load HTTP no more: the server came back as another version', async () => {
    vi.doMock('./http-socket.ts', () => {
      throw new TypeError('Failed to fetch dynamically imported module');
    });
    onTestFinished(() => {
      vi.doUnmock('./http-socket.ts');
    });
    const client = openPage();
    await client.send('hello');
    await pass(1_000);
    let tries = 0;
    scene.server.faults.onUpgrade = () => (++tries ? 'refuse' : 'answer');
    scene.server.disconnectAll();
    // The second time round, too.
    while (tries < 5) await pass(50);
    scene.server.faults.onUpgrade = () => 'answer';
    await pass(40_000);
    expect(client.getState().connection.status).toBe('online');
    expect(scene.server.connectionCount).toBe(1);
  });

  it('goes on with fresh tokens', async () => {
    await scene.replaceServer({ accessLifeMs: 60_000 });
    scene.server.faults.onUpgrade = () => 'refuse';
    const client = openPage();
    await client.send('hello');
    await pass(120_000);
    expect(asked('session.renew')).toHaveLength(1);
    expect(scene.server.sessionsAsked).toHaveLength(2);
    expect(client.getState().connection.status).toBe('online');
  });

  it('takes a captive portal for no connection, keeps the session and goes on behind it', async () => {
    const client = openPage();
    await client.send('hello');
    await pass(1_000);
    const [before] = client.getState().conversations;
    scene.server.faults.onRequest = () => 'portal';
    scene.server.faults.onUpgrade = () => 'refuse';
    scene.server.disconnectAll();
    scene.server.forgetSessions();
    await client.send('behind the portal');
    await pass(40_000);
    expect(client.getState().connection.status).toBe('reconnecting');
    expect(client.getState().pending).toMatchObject([{ state: 'waiting' }]);
    expect(client.getState().isThreadLost).toBe(false);
    scene.server.faults.onRequest = () => 'answer';
    scene.server.faults.onUpgrade = () => 'answer';
    await pass(40_000);
    expect(client.getState().connection.status).toBe('online');
    expect(client.getState().pending).toEqual([]);
    expect(before?.id).toBeDefined();
  });

  it('keeps an agent’s inbox and conversations current', async () => {
    const { id } = scene.server.workspace.open('vi_test', '').row;
    scene.server.workspace.hear(id, 'question');
    scene.server.faults.onUpgrade = () => 'silence';
    const accessToken = { accessToken: 'token', accessExpiresAt: '2099-01-01T00:00:00.000Z' };
    const client = connectAgent({ getAccessToken: async () => accessToken });
    const opened = Promise.all([client.loadInbox('all'), client.openConversation(id)]);
    await pass(20_000);
    await opened;
    scene.server.workspace.hear(id, 'another question');
    const { id: second } = scene.server.workspace.open('vi_other', '').row;
    scene.server.workspace.hear(second, 'a new one');
    await pass(6_000);
    expect(client.timeline(id)).toHaveLength(2);
    expect(client.getState().views.all.conversationIds).toContain(second);
    await client.send(id, 'answer');
    await pass(3_000);
    expect(client.timeline(id)).toHaveLength(3);
  });
});

describe('HTTP beside a real socket', () => {
  const hello = { ok: true, serverTime: '2026-01-01T00:00:00.000Z' };
  /** What the server answers, by command. */
  let answers: Record<string, unknown>;
  let asked: { command: string; accessToken: string; signal: AbortSignal }[];
  /** The real sockets that were tried, newest last. */
  let tried: SocketOptions[];
  let told: string[];

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    answers = { 'hello.get': hello };
    asked = [];
    tried = [];
    told = [];
    vi.stubGlobal('fetch', async (_: string, { body, signal }: RequestInit) => {
      const { command, accessToken } = JSON.parse(body as string) as Record<string, string>;
      asked.push({
        command: command ?? '',
        accessToken: accessToken ?? '',
        signal: signal as AbortSignal,
      });
      const answer = answers[command ?? ''];
      if (answer === undefined) throw new TypeError('Failed to fetch');
      return Response.json(await Promise.resolve(answer));
    });
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  function open() {
    const openReal: OpenSocket = (options) => {
      tried.push(options);
      return { ask: async (name) => `${name} by the real one`, close: () => told.push('closed') };
    };
    const openSocket = httpBeside(openReal, () => told.push('real'));
    return openSocket({
      serverUrl: 'https://chat.example',
      namespace: '/visitor',
      auth: { accessToken: 'first' },
      origin: undefined,
      onEvent: (name) => told.push(name),
      onRefused: () => told.push('refused'),
      onLost: () => told.push('lost'),
    });
  }

  /** Open, greeted by HTTP, the first try of a real socket given up. */
  async function openByHttp() {
    const socket = open();
    tried[0]?.onLost();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual(['closed', 'hello']);
    told = [];
    asked = [];
    return socket;
  }

  const pollsIn = async (ms: number) => {
    asked = [];
    await vi.advanceTimersByTimeAsync(ms);
    return asked.filter(({ command }) => command === 'hello.get').length;
  };

  it('polls every few seconds, more often after a message, seldom while nobody looks', async () => {
    const socket = await openByHttp();
    expect(await pollsIn(12_000)).toBe(4);
    answers['message.send'] = { ok: true };
    await socket.ask('message.send', {}, 8_000);
    told = [];
    expect(await pollsIn(14_000)).toBe(1);
    expect(told).toEqual([...Array(7).fill('event'), 'hello', ...Array(6).fill('event')]);
    await pollsIn(10_000);
    expect(await pollsIn(12_000)).toBe(4);
    vi.stubGlobal('document', { visibilityState: 'hidden' });
    await pollsIn(3_000);
    expect(await pollsIn(30_000)).toBe(3);
    socket.close();
  });

  it('looks at no heads before the questions before are answered', async () => {
    const socket = await openByHttp();
    answers['message.send'] = { ok: true };
    await socket.ask('message.send', {}, 8_000);
    answers['heads'] = new Promise(() => undefined);
    socket.ask('heads', {}, 8_000).catch(() => undefined);
    told = [];
    await vi.advanceTimersByTimeAsync(7_000);
    expect(told).toEqual([]);
    answers['heads'] = { ok: true };
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told).not.toEqual([]);
    socket.close();
  });

  it('gets over one poll that fails, and is lost with the second in a row', async () => {
    await openByHttp();
    for (let round = 0; round < 3; round++) {
      answers['hello.get'] = undefined;
      await vi.advanceTimersByTimeAsync(3_000);
      answers['hello.get'] = hello;
      await vi.advanceTimersByTimeAsync(3_000);
    }
    expect(told).toEqual(['hello', 'hello', 'hello']);
    answers['hello.get'] = undefined;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(told.slice(3)).toEqual(['closed', 'lost']);
    expect(await pollsIn(60_000)).toBe(0);
  });

  it('takes JSON that is no answer of the server for none', async () => {
    const socket = await openByHttp();
    answers['heads'] = { login: 'Accept the terms' };
    await expect(socket.ask('heads', {}, 8_000)).rejects.toThrow('Somebody else answers');
    socket.close();
  });

  it('believes no hello that another answer has overtaken', async () => {
    const socket = await openByHttp();
    let arrive: (answer: unknown) => void = () => {};
    answers['hello.get'] = new Promise((resolve) => {
      arrive = resolve;
    });
    await vi.advanceTimersByTimeAsync(3_000);
    answers['heads'] = { ok: true };
    await socket.ask('heads', {}, 8_000);
    arrive(hello);
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toEqual([]);
    answers['hello.get'] = hello;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(told).toEqual(['hello']);
    socket.close();
  });

  it('takes an acknowledgement that is no hello for a portal', async () => {
    answers['hello.get'] = { ok: true };
    open();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(told).toEqual(['closed', 'lost']);
  });

  it('is refused before the first hello, and waits out what passes after it', async () => {
    const busy = { ok: false, code: 'busy', message: 'later', retryable: true };
    answers['hello.get'] = busy;
    open();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(told).toEqual(['closed', 'refused']);
    told = [];
    answers['hello.get'] = hello;
    tried = [];
    await openByHttp();
    answers['hello.get'] = busy;
    await vi.advanceTimersByTimeAsync(12_000);
    expect(told).toEqual([]);
    answers['hello.get'] = { ...busy, code: 'forbidden', retryable: false };
    await vi.advanceTimersByTimeAsync(3_000);
    expect(told).toEqual(['closed', 'refused']);
  });

  it('renews the token for what comes next, a real socket too', async () => {
    const socket = await openByHttp();
    answers['session.renew'] = { ok: true };
    await socket.ask('session.renew', { accessToken: 'second' }, 8_000);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(asked.map(({ accessToken }) => accessToken)).not.toContain('first');
    expect(tried.map(({ auth }) => auth)).toEqual([
      { accessToken: 'first' },
      { accessToken: 'second' },
    ]);
    socket.close();
  });

  it('hands everything over to a real socket that says hello, and ends with it', async () => {
    const socket = await openByHttp();
    await vi.advanceTimersByTimeAsync(30_000);
    told = [];
    tried[1]?.onEvent('hello', hello);
    expect(told).toEqual(['real', 'hello']);
    expect(await socket.ask('heads', {}, 8_000)).toBe('heads by the real one');
    expect(await pollsIn(60_000)).toBe(0);
    tried[1]?.onLost();
    expect(told.slice(2)).toEqual(['closed', 'closed', 'lost']);
    expect(tried).toHaveLength(2);
  });

  it('lets go of requests under way when it is closed', async () => {
    const socket = await openByHttp();
    answers['heads'] = new Promise(() => {});
    void socket.ask('heads', {}, 8_000).catch(() => {});
    await vi.advanceTimersByTimeAsync(0);
    socket.close();
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true]);
  });
});
