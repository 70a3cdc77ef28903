import type { WidgetSide, WidgetTheme } from '@alcove/protocol';
import type { Unsubscribe } from './listeners.ts';
import type { VisitorClientEvents } from './visitor-events.ts';

/** What the site knows of its visitor. Without proof: shown to agents, grants nothing. `null` clears a field. */
export interface WidgetPerson {
  name?: string | null;
  email?: string | null;
}

/** What a page may set when it boots the widget; the workspace's own settings hold for the rest. */
export interface WidgetOptions extends WidgetPerson {
  /** The edge of the page that the launcher keeps to, in the page's writing direction. */
  side?: WidgetSide;
  /** `auto` follows the visitor's system. */
  theme?: WidgetTheme;
}

/** What the widget tells the page: what its visitor's client tells, and what becomes of the panel. */
export interface WidgetEvents extends VisitorClientEvents {
  /** The widget can be used. */
  ready: Record<never, never>;
  open: Record<never, never>;
  close: Record<never, never>;
}

/** The widget's methods: commands of the global, methods of what `createWidget` returns. */
export interface WidgetMethods {
  /** Opens the panel; `text` is put into the composer, and not sent. */
  open(options?: { text?: string }): void;
  close(): void;
  toggle(): void;
  identify(person: WidgetPerson): void;
  /** Signs the visitor out: forgets the conversation in this browser. The launcher stays. */
  shutdown(): void;
  /** Takes the widget off the page without a trace. What was written stays kept. */
  destroy(): void;
  on<Name extends keyof WidgetEvents>(
    name: Name,
    listener: (event: WidgetEvents[Name]) => void,
  ): Unsubscribe;
}

/**
 * The global `Alcove`. Calls made before the script has loaded are queued by a stub and answered with `undefined`.
 *
 * @example
 * Alcove('boot', { side: 'start' });
 * Alcove('open', { text: 'Where is my order?' });
 * const stop = Alcove('on', 'unread', ({ count }) => setBadge(count));
 */
export interface AlcoveApi {
  (command: 'boot', options?: WidgetOptions): void;
  (command: 'open', options?: { text?: string }): void;
  (command: 'close' | 'toggle' | 'shutdown' | 'destroy'): void;
  (command: 'identify', person: WidgetPerson): void;
  <Name extends keyof WidgetEvents>(
    command: 'on',
    name: Name,
    listener: (event: WidgetEvents[Name]) => void,
  ): Unsubscribe | undefined;
  /** Calls that wait for the script, on the stub only. Once loaded, each workspace answers under its key as well. */
  q?: ArrayLike<unknown>[];
}

/** The names of the global's commands. */
export type AlcoveCommand = 'boot' | keyof WidgetMethods;

declare global {
  // A `var` is what makes the global a property of `globalThis`.
  var Alcove: AlcoveApi | undefined;
}
