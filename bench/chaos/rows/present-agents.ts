import type { PresenceStatus } from '@alcove/protocol';
import { createAgentClient } from '@alcove/sdk/agent';
import { openSocket } from '../../people.ts';
import type { ClientSpec } from '../client.ts';
import { now } from '../history.ts';
import { openTcpProxy, type TcpProxy } from '../proxies/tcp-proxy.ts';
import { createTokens } from '../session-tokens.ts';
import type { ChaosNode } from '../nodes/node.ts';
import type { Stage } from '../stage.ts';

/** What a console showed of somebody from a moment on. */
export interface Shown {
  at: number;
  agentId: string;
  status: PresenceStatus;
}

/** Agents who do nothing but be there, and consoles that show it, one on each node. */
export interface PresentAgents {
  agents: readonly PresentAgent[];
  /** What any console showed of them since then: changes only. */
  shownSince(at: number): Shown[];
  /** Whether all consoles show this of all of them. */
  areAll(status: PresenceStatus): boolean;
  /** Has all consoles connect again, and opens one more on each node. */
  greetAnew(): Promise<void>;
  /** Whether all of them have been greeted since then. */
  areGreeted(): boolean;
  close(): Promise<void>;
}

/** Somebody who comes back as soon as there is a network. */
export interface PresentAgent {
  id: string;
  node: ChaosNode;
  /** Their own way to the node. */
  network: TcpProxy;
  isConnected(): boolean;
  /** From now on they do not come back. */
  stayAway(): void;
}

/** Sooner than any client: what is tested is the server's patience, not theirs. */
const RETRY_MS = 300;

/** Signs so many agents in, and resolves once all consoles show all of them. */
export async function gatherAgents(stage: Stage, count: number): Promise<PresentAgents> {
  const { nodes } = stage;
  const agents: PresentAgent[] = [];
  const openConsoles = () => Promise.all(nodes.map((node) => openConsole(stage, node)));
  const consoles = await openConsoles();
  for (let index = 0; index < count; index++) {
    const node = nodes[index % nodes.length];
    if (node) agents.push(await bringIn(stage, node));
  }
  const ids = new Set(agents.map(({ id }) => id));
  const gathered: PresentAgents = {
    agents,
    shownSince: (since) =>
      consoles.flatMap(({ shown }) =>
        shown.filter(({ at, agentId }) => at >= since && ids.has(agentId)),
      ),
    areAll: (status) =>
      consoles.every(({ statusOf }) => agents.every(({ id }) => statusOf(id) === status)),
    async greetAnew() {
      for (const one of consoles) one.reconnect();
      consoles.push(...(await openConsoles()));
    },
    areGreeted: () => consoles.every((one) => one.isGreeted()),
    async close() {
      for (const agent of agents) agent.stayAway();
      await Promise.all(consoles.map((one) => one.close()));
    },
  };
  return gathered;
}

async function bringIn(stage: Stage, node: ChaosNode): Promise<PresentAgent> {
  const { server } = stage;
  const { agent, accessToken } = await server.createAgent();
  const network = await openTcpProxy({ targetPort: node.port });
  stage.onEnd(() => network.close());
  const socket = openSocket({ url: network.url, origin: server.origin }, 'agent', accessToken);
  let isWanted = true;
  const comeBack = () =>
    setTimeout(() => {
      if (isWanted) socket.connect();
    }, RETRY_MS);
  socket.on('disconnect', comeBack);
  socket.on('connect_error', comeBack);
  return {
    id: agent.id,
    node,
    network,
    isConnected: () => socket.connected,
    stayAway() {
      isWanted = false;
    },
  };
}

/** Alcove's own client, as a console has it, of which only the presence of others is looked at. */
async function openConsole(stage: Stage, node: ChaosNode) {
  const { server } = stage;
  const network = await openTcpProxy({ targetPort: node.port });
  stage.onEnd(() => network.close());
  const spec: ClientSpec = {
    name: `console on ${node.name}`,
    kind: 'sdk',
    side: 'team',
    url: network.url,
    origin: server.origin,
    workspaceKey: server.workspace.key,
    session: await server.createAgent(),
  };
  const client = createAgentClient({
    serverUrl: spec.url,
    origin: spec.origin,
    identity: spec.name,
    getAccessToken: createTokens(spec),
  });
  const shown: Shown[] = [];
  let seen: Readonly<Record<string, PresenceStatus>> = {};
  let wasOnline = false;
  let isGreeted = false;
  client.subscribe(() => {
    const { presence, connection } = client.getState();
    const isOnline = connection.status === 'online';
    if (isOnline && !wasOnline) isGreeted = true;
    wasOnline = isOnline;
    for (const [agentId, status] of Object.entries(presence)) {
      if (seen[agentId] !== status) shown.push({ at: now(), agentId, status });
    }
    seen = presence;
  });
  client.connect();
  return {
    shown,
    statusOf: (agentId: string) => client.getState().presence[agentId],
    /** Since it was to connect again. */
    isGreeted: () => isGreeted,
    reconnect() {
      isGreeted = false;
      network.reset();
    },
    close: () => client.close(),
  };
}
