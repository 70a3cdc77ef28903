import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it, vi } from 'vitest';
import { createLocalStorage, createWindow } from './testing/fake-browser.ts';
import { setScene, until } from './testing/scene.ts';
import type { VisitorClient } from './visitor-client.ts';

const scene = setScene();
const { openPage, storedTexts } = scene;

const pendingOf = (client: VisitorClient) => client.getState().pending;
const textOf = (payload: Record<string, unknown>) => (payload.content as { text: string }).text;

describe('a message', () => {
  it('waits until its own turn, so that a row of them fills one by one', async () => {
    const client = openPage();
    const states: string[] = [];
    client.subscribe(() =>
      states.push(
        pendingOf(client)
          .map(({ state }) => state[0])
          .join(''),
      ),
    );
    scene.server.faults.onSession = () => ({
      ok: false,
      code: 'busy',
      message: 'later',
      retryable: true,
      retryAfterMs: 50,
    });
    await Promise.all(['one', 'two', 'three'].map((text) => client.send(text)));
    expect(pendingOf(client).map(({ state }) => state)).toEqual(Array(3).fill('waiting'));
    scene.server.faults.onSession = () => undefined;
    await until(() => pendingOf(client).length === 0);
    expect(states).toContain('sww');
    expect(states).not.toContain('sss');
  });

  it('goes with the time at which it was written', async () => {
    const client = openPage();
    await client.send('hello');
    const [{ writtenAt } = { writtenAt: '' }] = pendingOf(client);
    await until(() => storedTexts().length === 1);
    expect(
      scene.server.received.find(({ name }) => name === 'message.send')?.payload,
    ).toMatchObject({
      writtenAt,
    });
  });

  it('that the server always fails at fails visibly, and lets what follows through', async () => {
    const client = openPage();
    scene.server.faults.onCommand = ({ name, payload }) =>
      name === 'message.send' && textOf(payload) === 'poison'
        ? { ok: false, code: 'internal', message: 'oh', retryable: true, retryAfterMs: 1 }
        : 'answer';
    const poison = await client.send('poison');
    await client.send('wholesome');
    await until(() => pendingOf(client)[0]?.state === 'failed');
    // Stored, and seen in the log.
    await until(() => pendingOf(client).length === 1);
    expect(storedTexts()).toEqual(['wholesome']);
    expect(pendingOf(client)).toMatchObject([{ clientMessageId: poison, state: 'failed' }]);
    scene.server.faults.onCommand = () => 'answer';
    await client.retry(poison);
    await until(() => pendingOf(client).length === 0);
    expect(storedTexts()).toEqual(['wholesome', 'poison']);
  });

  it('that was stored before it was refused is found in the log', async () => {
    const client = openPage();
    await client.send('hello');
    await until(() => pendingOf(client).length === 0);
    let tries = 0;
    scene.server.faults.onPush = () => {};
    scene.server.faults.onCommand = ({ name }) => {
      if (name !== 'message.send') return 'answer';
      tries++;
      return tries === 1
        ? 'disconnect'
        : { ok: false, code: 'forbidden', message: 'Not any more.', retryable: false };
    };
    const { execute } = await import('./testing/fake-commands.ts');
    const onCommand = scene.server.faults.onCommand;
    scene.server.faults.onCommand = (command) => {
      // It is stored, and the connection is gone before that can be said.
      if (command.name === 'message.send' && tries === 0) {
        execute(scene.server.workspace, command.by, command.name, command.payload);
      }
      return onCommand(command);
    };
    await client.send('stored');
    await until(() => tries === 2);
    await until(() =>
      pendingOf(client).every(({ state }) => state !== 'failed' && state !== 'sending'),
    );
    await until(() => pendingOf(client).length === 0);
    expect(storedTexts()).toEqual(['hello', 'stored']);
  });
});

describe('the order of writing', () => {
  it.each([
    ['IndexedDB', new IDBFactory()],
    ['localStorage', undefined],
  ])('outlives a clock that is set back between two pages, kept in %s', async (_, indexedDB) => {
    vi.stubGlobal('indexedDB', indexedDB);
    const refuse = () =>
      ({ ok: false, code: 'busy', message: '', retryable: true, retryAfterMs: 20 }) as const;
    scene.server.faults.onSession = refuse;
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime('2030-03-01T09:00:00.000Z');
    const first = openPage();
    await first.send('one');
    await first.close();
    vi.setSystemTime('2030-02-28T09:00:00.000Z');
    const second = openPage();
    // Before it is known what is stored.
    await Promise.all([second.send('two'), second.send('three')]);
    await second.close();
    const third = openPage();
    await third.resume();
    const texts = pendingOf(third).map((message) => textOf({ ...message }));
    expect(texts).toEqual(['one', 'two', 'three']);
    scene.server.faults.onSession = () => undefined;
    await until(() => pendingOf(third).length === 0);
    expect(storedTexts()).toEqual(['one', 'two', 'three']);
  });
});

describe('storage', () => {
  it('takes 500 messages into localStorage, and says clearly that more are too many', async () => {
    vi.stubGlobal('indexedDB', undefined);
    scene.server.faults.onSession = () => ({
      ok: false,
      code: 'busy',
      message: '',
      retryable: true,
    });
    const client = openPage();
    await Promise.all(Array.from({ length: 500 }, (_, n) => client.send(`message ${n}`)));
    expect(client.getState().outboxStorage).toBe('localstorage');
    await expect(client.send('one more')).rejects.toMatchObject({ code: 'busy' });
    expect(pendingOf(client)).toHaveLength(500);
    expect(client.getState().outboxStorage).toBe('localstorage');
  });

  it('that is full is told by the state, and loses nothing while the page is there', async () => {
    vi.stubGlobal('indexedDB', undefined);
    const full = createLocalStorage();
    vi.stubGlobal(
      'localStorage',
      new Proxy(full, {
        set(target, key, value: string) {
          if (/ \d+cl_/.test(String(key))) throw new DOMException('full', 'QuotaExceededError');
          return Reflect.set(target, key, value);
        },
      }),
    );
    const client = openPage();
    await client.send('hello');
    expect(client.getState().outboxStorage).toBe('memory');
    await until(() => storedTexts().includes('hello'));
  });
});

describe('a page that goes away', () => {
  it('sends the next message of each conversation past the socket, once, under its id', async () => {
    const window = createWindow();
    vi.stubGlobal('addEventListener', window.addEventListener);
    vi.stubGlobal('removeEventListener', window.removeEventListener);
    const client = openPage();
    await client.send('hello');
    await until(() => pendingOf(client).length === 0);
    const requests = vi.spyOn(globalThis, 'fetch');
    scene.server.faults.onCommand = ({ name }) => {
      if (name === 'message.send') scene.server.faults.onCommand = () => 'answer';
      return name === 'message.send' ? 'silence' : 'answer';
    };
    const first = await client.send('on its way');
    await client.send('behind it');
    await until(
      () => scene.server.received.filter(({ name }) => name === 'message.send').length === 2,
    );
    window.fire('pagehide');
    await until(() => storedTexts().includes('on its way'));
    expect(requests).toHaveBeenCalledTimes(1);
    const [url, init] = requests.mock.calls[0] ?? [];
    expect(url).toBe(`${scene.server.url}/api/v1/visitor/commands`);
    expect(init).toMatchObject({ method: 'POST', keepalive: true });
    expect(init?.headers).toBeUndefined();
    const body = JSON.parse(init?.body as string) as { payload: unknown };
    expect(body).toMatchObject({ payload: { clientMessageId: first } });
    expect(storedTexts()).toEqual(['hello', 'on its way']);
    requests.mockRestore();
  });
});
