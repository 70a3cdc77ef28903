import { type Actor, type PresenceStatus, TEAM_ID } from '@alcove/protocol';
import type { Cluster } from '../cluster/cluster.ts';
import type { Limits } from '../limits.ts';
import type { EventPublisher } from './event-publisher.ts';
import { actorOf, type Principal } from './principal.ts';

/** Who is there. Agents see everybody; a visitor sees the team as one. */
export interface Presence {
  /** Counts a connection in. The answer ends it. */
  connect(principal: Principal): () => void;
  /** Counts somebody in who has no connection and asks every few seconds instead, until they stop asking. */
  attend(principal: Principal): void;
  isTeamOnline(workspaceId: string): Promise<boolean>;
  /** How each of them stands; `unknown` while nobody can tell. */
  statusOfAgents(workspaceId: string, agentIds: readonly string[]): Promise<Statuses>;
  statusOfVisitors(workspaceId: string, visitorIds: readonly string[]): Promise<Statuses>;
  close(): void;
}

/** By id. */
type Statuses = ReadonlyMap<string, PresenceStatus>;

/** The team is a participant of its own: it is online as long as one of the agents is. */
const TEAM: Actor = { kind: 'agent', id: TEAM_ID };

export function createPresence(options: {
  cluster: Cluster;
  publisher: EventPublisher;
  limits: Pick<Limits, 'attendanceMs'>;
}): Presence {
  const { cluster, publisher } = options;

  const stopListening = cluster.presence.onChange((workspaceId, key, status) => {
    if (key === keyOf(TEAM)) publisher.presence(workspaceId, 'visitor', TEAM, status);
    else publisher.presence(workspaceId, 'agents', actorOfKey(key), status);
  });

  async function statusOf(
    workspaceId: string,
    kind: Actor['kind'],
    ids: readonly string[],
  ): Promise<Statuses> {
    const keys = ids.map((id) => keyOf({ kind, id }));
    const statuses = await cluster.presence.statusOf(workspaceId, keys);
    return new Map(ids.map((id, index) => [id, statuses[index] ?? 'unknown']));
  }

  function connect(principal: Principal) {
    const { workspaceId } = principal;
    const leave = cluster.presence.join(workspaceId, keyOf(actorOf(principal)));
    if (principal.kind === 'visitor') return leave;
    const leaveTeam = cluster.presence.join(workspaceId, keyOf(TEAM));
    return () => {
      leave();
      leaveTeam();
    };
  }

  const attendance = createAttendance(connect, options.limits);

  return {
    connect,
    attend: attendance.attend,
    async isTeamOnline(workspaceId) {
      const [status] = await cluster.presence.statusOf(workspaceId, [keyOf(TEAM)]);
      // When nobody can tell, a visitor is not sent away.
      return status !== 'offline';
    },
    statusOfAgents: (workspaceId, agentIds) => statusOf(workspaceId, 'agent', agentIds),
    statusOfVisitors: (workspaceId, visitorIds) => statusOf(workspaceId, 'visitor', visitorIds),
    close() {
      stopListening();
      attendance.close();
    },
  };
}

/** Keeps those connected who ask now and then. */
function createAttendance(
  connect: Presence['connect'],
  { attendanceMs }: Pick<Limits, 'attendanceMs'>,
) {
  /** What ends each, by participant. */
  const attending = new Map<string, NodeJS.Timeout>();
  return {
    attend(principal: Principal) {
      const key = `${principal.workspaceId}/${keyOf(actorOf(principal))}`;
      const known = attending.get(key);
      if (known) {
        known.refresh();
        return;
      }
      const leave = connect(principal);
      const onSilence = () => {
        attending.delete(key);
        leave();
      };
      attending.set(key, setTimeout(onSilence, attendanceMs).unref());
    },
    close() {
      for (const timer of attending.values()) clearTimeout(timer);
    },
  };
}

function keyOf({ kind, id }: Actor): string {
  return `${kind}:${id}`;
}

function actorOfKey(key: string): Actor {
  const kind = key.startsWith('visitor:') ? 'visitor' : 'agent';
  return { kind, id: key.slice(kind.length + 1) };
}
