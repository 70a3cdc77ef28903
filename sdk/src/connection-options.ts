import type { Page, Signal } from '@alcove/protocol';
import type { ConnectionState } from './conversation-state.ts';
import type { OpenSocket } from './socket.ts';

export interface AccessToken {
  accessToken: string;
  /** ISO 8601, on the server's clock. */
  accessExpiresAt: string;
}

export interface ConnectionOptions<Hello> {
  openSocket: OpenSocket;
  /** The server's address without a slash at its end. */
  serverUrl: string;
  origin: string | undefined;
  namespace: string;
  /** `isRefused`: the token given last is not good any more, or soon will not be. */
  getToken(isRefused: boolean): Promise<AccessToken>;
  getPage?(): Page | undefined;
  onState(state: ConnectionState): void;
  /** The connection may be used from now on. */
  onHello(hello: Hello): void;
  onEvent(event: unknown): void;
  onSignal(signal: Signal): void;
  /** The person came back to the page, and the connection seems to live. */
  onWake(): void;
  /** The page goes away, and the socket with it. Not called in a tab that follows: the others send what it leaves. */
  onLeave(accessToken: string): void;
  /** Another tab went away, or this one leads from now on: something unsent may have been left behind. */
  onTabLeft(): void;
}
