import type { ConversationStatus, MessageCreated, WidgetSide, WidgetTheme } from '@alcove/protocol';
import type { ChatError } from './chat-error.ts';
import type { ConnectionState } from './conversation-state.ts';
import type { Unsubscribe } from './listeners.ts';

/** What a page may set when it boots the widget; the workspace's own settings hold for the rest. */
export interface WidgetOptions {
  /** The edge of the page that the launcher keeps to, in the page's writing direction. */
  side?: WidgetSide;
  /** `auto` follows the visitor's system. */
  theme?: WidgetTheme;
  /** The visitor's name, as the site knows it. Without proof: shown to agents, grants nothing. */
  name?: string | null;
  /** The visitor's e-mail address, likewise. */
  email?: string | null;
}

/** What the site knows of its visitor. `null` clears a field. */
export interface WidgetPerson {
  name?: string | null;
  email?: string | null;
}

/** What the widget tells the page. */
export interface WidgetEvents {
  /** The widget can be used. */
  ready: Record<never, never>;
  open: Record<never, never>;
  close: Record<never, never>;
  /** A message of the team arrived, once each. */
  message: { message: MessageCreated };
  unread: { count: number };
  typing: { conversationId: string; isTyping: boolean; name: string | null };
  presence: { isTeamOnline: boolean };
  connection: ConnectionState;
  conversation: { conversationId: string; status: ConversationStatus };
  error: ChatError;
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
