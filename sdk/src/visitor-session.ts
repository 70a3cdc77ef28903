import { HTTP_PATHS, type VisitorSession as Session } from '@alcove/protocol';
import { ChatError, unreachable } from './chat-error.ts';
import type { AccessToken } from './connection.ts';
import { exclusively } from './exclusively.ts';
import { requestJson } from './http.ts';

/** What this browser keeps of its visitor. Written when the visitor acts, gone when they sign out. */
export interface VisitorRecord {
  /** Names this identity before the server has given it a visitor id; scopes the outbox. */
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
  #memory: VisitorRecord | undefined;
  #isDenied = false;
  #token: AccessToken | undefined;
  #isGoodUntil = 0;

  constructor(options: VisitorSessionOptions) {
    this.#options = options;
  }

  /** The record as it is now: another tab may have changed it. */
  read(): VisitorRecord | undefined {
    if (!this.#isDenied) {
      try {
        const record: unknown = JSON.parse(localStorage.getItem(this.#options.key) ?? 'null');
        return isRecord(record) ? record : undefined;
      } catch {
        // Denied, or not written by us.
      }
    }
    return this.#memory;
  }

  write(record: VisitorRecord): void {
    this.#memory = record;
    try {
      localStorage.setItem(this.#options.key, JSON.stringify(record));
    } catch {
      this.#isDenied = true;
    }
  }

  forget(): void {
    this.#memory = this.#token = undefined;
    try {
      localStorage.removeItem(this.#options.key);
    } catch {
      // Denied: nothing is there.
    }
  }

  /** A valid access token. Makes a visitor when there is none, and a new one when the old one has ended for good. */
  async getToken(isRefused: boolean): Promise<AccessToken> {
    if (this.#token && !isRefused && Date.now() < this.#isGoodUntil) return this.#token;
    return exclusively(this.#options.key, () => this.#renew());
  }

  async #renew(): Promise<AccessToken> {
    // Read under the lock: the token that another tab has just used is replaced by now.
    const before = this.read();
    let session: Session;
    try {
      session = await this.#ask(before?.refreshToken);
    } catch (error) {
      const isEnded = error instanceof ChatError && error.code === 'unauthenticated';
      if (!before?.refreshToken || !isEnded) throw error;
      session = await this.#ask();
    }
    const now = this.read();
    // Signed out while the answer was on its way.
    if (!now || now.epoch !== before?.epoch) throw unreachable();
    this.write({ ...now, refreshToken: session.refreshToken });
    const { accessToken, accessExpiresAt, serverTime } = session;
    const lifeMs = Date.parse(accessExpiresAt) - Date.parse(serverTime);
    this.#isGoodUntil = Date.now() + lifeMs * 0.9;
    this.#token = { accessToken, accessExpiresAt };
    return this.#token;
  }

  #ask(refreshToken?: string): Promise<Session> {
    const { serverUrl, workspaceKey, locale, origin } = this.#options;
    return requestJson(serverUrl + HTTP_PATHS.visitorSession, {
      method: 'POST',
      headers: origin ? { origin } : {},
      body: JSON.stringify({ workspaceKey, refreshToken, locale }),
    });
  }
}

function isRecord(value: unknown): value is VisitorRecord {
  return typeof (value as VisitorRecord | null)?.epoch === 'string';
}
