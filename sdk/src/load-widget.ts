import type { AlcoveApi, AlcoveCommand, WidgetMethods, WidgetOptions } from './widget-api.ts';

export interface CreateWidgetOptions extends WidgetOptions {
  /** The server's address, for example `https://chat.example`. */
  serverUrl: string;
  /** The workspace's public key, `wk_…`. */
  workspaceKey: string;
}

/** The widget of a page. Every method may be called at once; what comes too early waits for the script. */
export type Widget = WidgetMethods;

/** How many hold the widget of each address. Of the page, as the global and the script are, and not of a caller. */
const holders = new Map<string, number>();

/**
 * Puts the widget on the page. The script is loaded once, however often this is called: React's StrictMode, which
 * mounts, unmounts and mounts again, gives one widget. Without a document (server-side rendering) nothing happens.
 *
 * @example
 * const widget = createWidget({ serverUrl: 'https://chat.example', workspaceKey: 'wk_…' });
 * const stop = widget.on('unread', ({ count }) => setBadge(count));
 * widget.open({ text: 'Where is my order?' });
 */
export function createWidget({ serverUrl, workspaceKey, ...options }: CreateWidgetOptions): Widget {
  const src = `${serverUrl.replace(/\/+$/, '')}/w/${encodeURIComponent(workspaceKey)}.js`;
  const isBrowser = typeof document !== 'undefined';
  let isDestroyed = !isBrowser;
  const call = (...args: [command: AlcoveCommand, ...rest: unknown[]]): unknown =>
    isDestroyed ? undefined : (alcove() as (...args: unknown[]) => unknown)(...args);

  if (isBrowser) {
    holders.set(src, (holders.get(src) ?? 0) + 1);
    call('boot', options);
    loadScript(src);
  }

  return {
    open: (draft) => void call('open', draft),
    close: () => void call('close'),
    toggle: () => void call('toggle'),
    identify: (person) => void call('identify', person),
    shutdown: () => void call('shutdown'),
    destroy() {
      if (isDestroyed) return;
      isDestroyed = true;
      // StrictMode mounts again within this task: the widget only goes when nobody has come back by then.
      setTimeout(() => release(src));
    },
    on(name, listener) {
      let isOn = true;
      // The queue answers nothing, so the listener itself has to know that it was taken off.
      const stop = call('on', name, (event: never) => {
        if (isOn) listener(event);
      });
      return () => {
        isOn = false;
        if (typeof stop === 'function') stop();
      };
    },
  };
}

/** The global, or until the script has loaded a stub that queues calls; the tag's snippet makes the same one. */
function alcove(): AlcoveApi {
  if (!globalThis.Alcove) {
    const stub = (...args: unknown[]) => {
      stub.q.push(args);
      return undefined;
    };
    stub.q = [] as unknown[][];
    globalThis.Alcove = stub;
  }
  return globalThis.Alcove;
}

function loadScript(src: string): void {
  if ([...document.scripts].some((script) => script.src === new URL(src, document.baseURI).href)) {
    return;
  }
  const script = document.createElement('script');
  script.async = true;
  script.src = src;
  document.head.append(script);
}

function release(src: string): void {
  const left = (holders.get(src) ?? 1) - 1;
  if (left > 0) {
    holders.set(src, left);
    return;
  }
  holders.delete(src);
  globalThis.Alcove?.('destroy');
  for (const script of document.querySelectorAll('script')) {
    if (script.src === new URL(src, document.baseURI).href) script.remove();
  }
}
