import type { AcceptInvitation, AgentSession, SignIn } from '@alcove/protocol';
import {
  type AgentClient,
  type AgentHttp,
  createAgentClient,
  createAgentHttp,
} from '@alcove/sdk/agent';
import type { UnknownAction } from '@reduxjs/toolkit';
import { type ChatRoot, chatStore } from './chat.ts';
import { resuming, signedIn, signedOut, unreachable } from './session-slice.ts';
import { createTokenKeeper, isSignedOut } from './token-keeper.ts';

export interface SessionOptions {
  serverUrl: string;
  store: {
    getState(): ChatRoot;
    dispatch(action: UnknownAction): unknown;
    subscribe(listener: () => void): () => void;
  };
  /** See `createTokenKeeper`. */
  locks?: LockManager;
}

/** Who is signed in, and the engine that works for them. */
export interface ConsoleSession {
  readonly http: AgentHttp;
  /** The engine; `null` while nobody is signed in. */
  client(): AgentClient | null;
  /** Tries the cookie of an earlier visit. */
  resume(): Promise<void>;
  /** @throws ChatError when the server refuses, TypeError when it cannot be reached. */
  signIn(credentials: SignIn): Promise<void>;
  /** Uses an invitation up and signs in. @throws as `signIn` */
  join(acceptance: AcceptInvitation): Promise<void>;
  /** @throws TypeError when the server cannot be reached: the session then goes on. */
  signOut(): Promise<void>;
  /** @throws as `signOut` */
  signOutEverywhere(): Promise<void>;
}

/** Builds the session. Its access token never leaves memory; the refresh token is in a cookie no script can read. */
export function createSession({ serverUrl, store, locks }: SessionOptions): ConsoleSession {
  let client: AgentClient | null = null;
  const tokens = createTokenKeeper({
    refresh: () => http.refresh(),
    locks,
    onEnded: () => end('ended'),
    onOther: adopt,
  });
  const http = createAgentHttp({
    serverUrl,
    getAccessToken: async () => (await tokens.fresh()).accessToken,
  });

  function adopt(session: AgentSession): void {
    if (client) end(null);
    tokens.hold(session);
    const identity = session.agent.id;
    client = createAgentClient({
      serverUrl,
      identity,
      getAccessToken: (isRefused) => tokens.fresh(isRefused),
      store: chatStore(store),
    });
    client.on('sessionEnded', () => end('ended'));
    store.dispatch(signedIn({ agentId: identity }));
    client.connect();
  }

  function end(notice: 'ended' | null): void {
    const closing = client;
    client = null;
    tokens.hold(null);
    store.dispatch(signedOut({ notice }));
    void closing?.close();
  }

  return {
    http,
    client: () => client,
    async resume() {
      store.dispatch(resuming());
      try {
        adopt(await tokens.fresh());
      } catch (error) {
        store.dispatch(isSignedOut(error) ? signedOut({ notice: null }) : unreachable());
      }
    },
    signIn: async (credentials) => adopt(await http.signIn(credentials)),
    join: async (acceptance) => adopt(await http.acceptInvitation(acceptance)),
    signOut: () => http.signOut().then(() => end(null)),
    signOutEverywhere: () => http.signOutEverywhere().then(() => end(null)),
  };
}
