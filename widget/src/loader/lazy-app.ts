import type { WidgetApp, WidgetAppModule, WidgetHost } from '../widget-host.ts';
import { texts } from './texts.ts';

/** Imports the app's module from the folder at this address; given by the entry point, so that tests can give another. */
export type ImportApp = (folder: string) => Promise<WidgetAppModule>;

/** The app, whether it is there yet or not. */
export interface LazyApp {
  /** Brings the app in. A failure is told only to a visitor who asked for the panel. */
  load(): Promise<void>;
  /** Runs a command now, or when the app is there; asking for the panel brings it in. */
  run(command: unknown, argument?: unknown): void;
  destroy(): void;
}

/** @see LazyApp */
export function createLazyApp(host: WidgetHost, importApp: ImportApp): LazyApp {
  const { launcher } = host;
  const waiting: [command: unknown, argument: unknown][] = [];
  let app: WidgetApp | undefined;
  let isBusy = false;
  let isDestroyed = false;
  // Some browsers remember that an address failed and never ask again: each new try gets another folder. Not another query,
  // since chunks import from ./app.js, and would get an app of their own.
  let folder = `${host.serverUrl}/widget/`;

  const load = async () => {
    if (isBusy) return;
    isBusy = true;
    try {
      const { mountApp } = await importApp(folder);
      if (isDestroyed) return;
      app = mountApp(host);
      for (const call of waiting) app.run(...call);
    } catch {
      isBusy = false;
      folder += 'again/';
      // The launcher itself says it, and is the button to try again.
      if (launcher.ariaBusy) launcher.textContent = launcher.ariaLabel = texts.failed;
    }
    launcher.ariaBusy = null;
  };
  return {
    load,
    run(command, argument) {
      if (app) return app.run(command, argument);
      // The panel is shut until the app is there, and two impatient clicks mean "open" as well.
      if (command === 'toggle') command = 'open';
      waiting.push([command, argument]);
      if (command !== 'open') return;
      launcher.textContent = '';
      launcher.ariaBusy = 'true';
      void load();
    },
    destroy() {
      isDestroyed = true;
      app?.destroy();
    },
  };
}
