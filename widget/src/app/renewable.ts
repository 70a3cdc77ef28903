import type { WidgetApp, WidgetAppModule, WidgetHost } from '../widget-host.ts';
import { quietly } from './quietly.ts';

/** What outlives an app. */
export interface Remains {
  isOpen: boolean;
  /** What stands in the composer. */
  text: string;
}

/** An app that can be replaced. */
export interface ReplaceableApp extends WidgetApp {
  /** What the next one takes over; nothing while this one had better stay, or is gone. */
  readonly remains: Remains | undefined;
}

/**
 * Has an app whose later parts are gone, since the server was upgraded, give way to the version that the server has now: the
 * server tells the widget's node with a script in the part's place. What cannot be done at once is done when the part is
 * missed the next time.
 */
export function renewable(host: WidgetHost, app: ReplaceableApp): WidgetApp {
  let current: WidgetApp = app;
  // Its own address could only bring itself.
  let address = import.meta.url;
  let missed = 0;
  host.element.addEventListener('outdated', () => {
    // A part that is missed once may be on another node, while they are upgraded one after the other.
    if (++missed < 2 || !app.remains) return;
    // It is on its way; should it fail, parts are asked for again often enough for another try.
    missed = -9;
    address = new URL('again/app.js', address).href;
    quietly(
      import(address).then(({ mountApp }: WidgetAppModule) => {
        // Asked again: more may have been typed meanwhile.
        const { remains } = app;
        if (!remains) return;
        app.destroy();
        current = mountApp(host);
        current.run('open', remains);
        if (!remains.isOpen) current.run('close', remains);
      }),
    );
  });
  return {
    run: (command, argument) => current.run(command, argument),
    destroy: () => current.destroy(),
  };
}
