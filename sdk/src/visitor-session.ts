import { HTTP_PATHS, type VisitorSession as Session } from '@alcove/protocol';
import { ChatError, unreachable } from './chat-error.ts';
import type { AccessToken } from './connection-options.ts';
import { exclusively } from './exclusively.ts';
import { requestJson } from './http.ts';

/** What this browser keeps of its visitor. Written when the visitor acts, gone when they sign out. */
export interface VisitorRecord {
  /** Names this identity before the server has given it a visitor id; scopes the outbox. Milliseconds since 1970. */
  epoch: string;
  refreshToken?: string;
  visitorId?: string;
  /** The newest conversation, so that writing can go on before the server was reached. */
  conversationId?: string;
  clientConversationId?: string;
}

export interface VisitorSessionOptions {
  serverUrl: string;
  workspaceKey: string;
  locale: string | undefined;
  origin: string | undefined;
  /** Under which name the record is kept. */
  key: string;
}

/** A visitor's session: a rotating refresh token in localStorage (in memory where that is denied), one for all tabs. */
export class VisitorSession {
  readonly #options: VisitorSessionOptions;
  /** localStorage, whose items are its properties, or where it is denied an object that does its work. */
  #items: Record<string, string> = {};
  #token: AccessToken | undefined;
  #isGoodUntil = 0;

  constructor(options: VisitorSessionOptions) {
    this.#options = options;
    try {
      this.#items = localStorage ?? this.#items;
    } catch {
      // Denied, or not a browser.
    }
  }

  /** The record as it is now: another tab may have changed it. */
  read(): VisitorRecord | undefined {
    try {
      const record: unknown = JSON.parse(this.#items[this.#options.key] ?? '');
      if (isRecord(record)) return record;
    } catch {
      // None there, or not written by us.
    }
    return undefined;
  }

  write(record: VisitorRecord): void {
    const { key } = this.#options;
    const text = JSON.stringify(record);
    try {
      this.#items[key] = text;
    } catch {
      // Full: from now on for this page only.
      this.#items = { [key]: text };
    }
  }

  forget(): void {
    this.#token = undefined;
    delete this.#items[this.#options.key];
  }

  /** A valid access token. Makes a visitor when there is none, and a new one when the old one has ended for good. */
  async getToken(isRefused: boolean): Promise<AccessToken> {
    if (this.#token && !isRefused && Date.now() < this.#isGoodUntil) return this.#token;
    return exclusively(this.#options.key, () => this.#renew());
  }

  async #renew(): Promise<AccessToken> {
    // Read under the lock: the token that another tab has just used is replaced by now.
    const before = this.read();
    // The site has cleared its storage: only who acts again becomes a visitor again.
    if (!before) throw unreachable();
    let session: Session;
    try {
      session = await this.#ask(before.refreshToken);
    } catch (error) {
      const isEnded = error instanceof ChatError && error.code === 'unauthenticated';
      if (!before.refreshToken || !isEnded) throw error;
      session = await this.#ask();
    }
    const now = this.read();
    // Signed out while the answer was on its way.
    if (!now || now.epoch !== before.epoch) throw unreachable();
    // Where there are no locks another tab may have been faster: tabs of one browser must not become two visitors.
    if (!before.refreshToken && now.refreshToken) return this.#renew();
    this.write({ ...now, refreshToken: session.refreshToken });
    const { accessToken, accessExpiresAt, serverTime } = session;
    const lifeMs = Date.parse(accessExpiresAt) - Date.parse(serverTime);
    this.#isGoodUntil = Date.now() + lifeMs * 0.9;
    this.#token = { accessToken, accessExpiresAt };
    return this.#token;
  }

  /** As plain text: browsers ask permission before they send JSON to another site, which costs a round trip. */
  async #ask(refreshToken?: string): Promise<Session> {
    const { serverUrl, workspaceKey, locale, origin } = this.#options;
    const session: Session = await requestJson(serverUrl + HTTP_PATHS.visitorSession, {
      method: 'POST',
      headers: origin ? { origin } : {},
      body: JSON.stringify({ workspaceKey, refreshToken, locale }),
    });
    // A captive portal answers everything, and most kindly: what it says must not take the place of a session.
    if (!session.refreshToken) throw unreachable();
    return session;
  }
}

function isRecord(value: unknown): value is VisitorRecord {
  return typeof (value as VisitorRecord | null)?.epoch === 'string';
}
