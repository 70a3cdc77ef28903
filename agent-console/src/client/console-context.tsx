import type { AgentClient } from '@alcove/sdk/agent';
import { createContext, type ReactNode, useContext } from 'react';
import type { ConsoleSession } from './session.ts';

const SessionContext = createContext<ConsoleSession | null>(null);
const ClientContext = createContext<AgentClient | null>(null);

/** Hands the session to everything below. */
export function SessionProvider({
  session,
  children,
}: {
  session: ConsoleSession;
  children: ReactNode;
}) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** Hands the engine of the agent who is signed in to everything below. */
export function ClientProvider({ client, children }: { client: AgentClient; children: ReactNode }) {
  return <ClientContext value={client}>{children}</ClientContext>;
}

/** The session. @throws Error outside of `SessionProvider`. */
export function useSession(): ConsoleSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession needs a SessionProvider above it');
  return session;
}

/** The engine. @throws Error outside of `ClientProvider`. */
export function useClient(): AgentClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('useClient needs a ClientProvider above it');
  return client;
}
