import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createWidget as create, type Widget } from './load-widget.ts';
import type { AlcoveApi } from './widget-api.ts';

const options = {
  serverUrl: 'https://chat.example/',
  workspaceKey: 'wk_test',
  side: 'start',
} as const;

interface FakeScript {
  src: string;
  async: boolean;
  remove(): void;
}

/** Scripts of the page. */
let scripts: FakeScript[];
const widgets: Widget[] = [];

function createWidget(from: typeof options): Widget {
  const widget = create(from);
  widgets.push(widget);
  return widget;
}

beforeEach(() => {
  scripts = [];
  vi.useFakeTimers();
  vi.stubGlobal('document', {
    baseURI: 'https://shop.example/',
    get scripts() {
      return scripts;
    },
    querySelectorAll: () => [...scripts],
    createElement: (): FakeScript => {
      const script = {
        src: '',
        async: false,
        remove: () => void scripts.splice(scripts.indexOf(script), 1),
      };
      return script;
    },
    head: { append: (script: FakeScript) => scripts.push(script) },
  });
});

afterEach(() => {
  for (const widget of widgets.splice(0)) widget.destroy();
  vi.runAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  globalThis.Alcove = undefined;
});

/** Puts the loader in the place of the stub, as the script does; answers the calls that it got. */
function loadScript(): unknown[][] {
  const queued = [...(globalThis.Alcove?.q ?? [])].map((call) => [...Array.from(call)]);
  const calls = [...queued];
  const loaded: AlcoveApi = (...call: unknown[]) => {
    calls.push(call);
    return call[0] === 'on' ? vi.fn<() => void>() : undefined;
  };
  globalThis.Alcove = loaded;
  return calls;
}

describe('createWidget', () => {
  it('loads the script once and queues calls until it is there', () => {
    const widget = createWidget(options);
    widget.open({ text: 'hello' });
    widget.identify({ name: 'Shopper' });
    createWidget(options);
    expect(scripts).toMatchObject([{ src: 'https://chat.example/w/wk_test.js', async: true }]);
    expect(loadScript()).toEqual([
      ['boot', { side: 'start' }],
      ['open', { text: 'hello' }],
      ['identify', { name: 'Shopper' }],
      ['boot', { side: 'start' }],
    ]);
    widget.toggle();
    expect(scripts).toHaveLength(1);
  });

  it('calls the loaded script directly', () => {
    const widget = createWidget(options);
    const calls = loadScript();
    calls.length = 0;
    widget.open();
    widget.close();
    widget.toggle();
    widget.shutdown();
    expect(calls.map(([command]) => command)).toEqual(['open', 'close', 'toggle', 'shutdown']);
  });

  it('gives one widget when React mounts, unmounts and mounts again', () => {
    createWidget(options).destroy();
    const widget = createWidget(options);
    vi.runAllTimers();
    const calls = loadScript();
    expect(calls.map(([command]) => command)).toEqual(['boot', 'boot']);
    expect(scripts).toHaveLength(1);
    widget.destroy();
    widget.destroy();
    vi.runAllTimers();
    expect(calls.at(-1)).toEqual(['destroy']);
    expect(scripts).toEqual([]);
  });

  it('lets go of a listener, before and after the script has loaded', () => {
    const heard: number[] = [];
    const widget = createWidget(options);
    const stop = widget.on('unread', ({ count }) => heard.push(count));
    const [, [, , listener] = []] = loadScript();
    const emit = listener as (event: { count: number }) => void;
    emit({ count: 1 });
    stop();
    emit({ count: 2 });
    expect(heard).toEqual([1]);
  });

  it('does nothing on a server', () => {
    vi.stubGlobal('document', undefined);
    const widget = createWidget(options);
    widget.open();
    expect(widget.on('unread', () => {})()).toBeUndefined();
    widget.destroy();
    expect(globalThis.Alcove).toBeUndefined();
  });
});
