import type { Cluster } from '../../cluster/cluster.ts';
import type { AgentPrincipal, Principal, VisitorPrincipal } from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { toRefusal } from '../commands/commands.ts';
import type { Faults } from '../faults.ts';
import { inTime } from '../in-time.ts';
import type { Door } from './doors.ts';
import type { ChatSocket } from './socket-server.ts';

/** Puts a connection into its rooms and tells it where the server stands, at first and whenever it missed something. */
export type Greet = (socket: ChatSocket, principal: Principal) => void;

export interface Doors {
  visitor: Door<VisitorPrincipal>;
  agent: Door<AgentPrincipal>;
}

interface GreetOptions {
  doors: Doors;
  cluster: Pick<Cluster, 'isDegraded'>;
  limits: Pick<Limits, 'commandDeadlineMs'>;
  faults: Faults;
  /** Told after each hello, with whether this node was degraded before it was made. */
  onGreeted(socket: ChatSocket, wasDegraded: boolean): void;
}

export function createGreet(options: GreetOptions): Greet {
  const { doors } = options;
  return (socket, principal) => {
    if (principal.kind === 'visitor') void greet(doors.visitor, socket, principal, options);
    else void greet(doors.agent, socket, principal, options);
  };
}

/** Joins before it reads: what happens in between is then told twice, instead of never. */
async function greet<Who extends Principal>(
  door: Door<Who>,
  socket: ChatSocket,
  principal: Who,
  { cluster, faults, limits, onGreeted }: GreetOptions,
): Promise<void> {
  try {
    await socket.join(door.roomsOf(principal));
    const wasDegraded = cluster.isDegraded();
    socket.emit('hello', await inTime(door.hello(principal), limits.commandDeadlineMs));
    onGreeted(socket, wasDegraded);
  } catch (error) {
    socket.emit('refused', toRefusal(error, faults, { workspaceId: principal.workspaceId }));
    // It comes back after a while of its own choosing, and is greeted then.
    socket.disconnect(true);
  }
}
