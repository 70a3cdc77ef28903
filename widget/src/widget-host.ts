import type { WidgetSettings } from '@alcove/protocol';

/** What the loader hands to the app. */
export interface WidgetHost {
  settings: WidgetSettings;
  /** The server that the loader came from, without a slash at the end. */
  serverUrl: string;
  /** The widget's only node on the page. `Alcove('on', name, …)` listens for <name> on it. */
  element: HTMLElement;
  root: ShadowRoot;
  launcher: HTMLButtonElement;
}

/** The app as the loader knows it. */
export interface WidgetApp {
  /** Runs a command of the page that the loader has no answer to. */
  run(command: unknown, argument: unknown): void;
  /** Leaves no node, listener, timer or connection behind. */
  destroy(): void;
}

/** What `app.js` exports. */
export interface WidgetAppModule {
  mountApp(host: WidgetHost): WidgetApp;
}
