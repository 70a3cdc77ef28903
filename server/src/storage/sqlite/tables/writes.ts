import type { Prepare } from '../connection.ts';
import { MIGRATIONS } from '../schema.ts';
import { accountWrites } from './accounts.ts';
import { agentWrites } from './agents.ts';
import { appendWrites } from './append.ts';
import { contactWrites } from './contacts.ts';
import { cursorWrites } from './cursors.ts';
import { invitationWrites } from './invitations.ts';
import type { LiveConversations, WhichConversations } from './live-conversations.ts';
import { openingWrites } from './opening.ts';
import { sessionWrites } from './sessions.ts';
import { workspaceWrites } from './workspaces.ts';

/** Every write, its statements prepared. What belongs to a workspace takes its id first. Arguments and answers are JSON. */
export type Writes = ReturnType<typeof createWrites>;

/** Prepares every write on one connection. Each runs inside a transaction that its caller opened. */
export function createWrites(prepare: Prepare, live: LiveConversations) {
  // The smallest write that reaches the disk: the schema's number over itself.
  const touch = prepare(`PRAGMA user_version = ${MIGRATIONS.length}`);
  return {
    ...workspaceWrites(prepare),
    ...accountWrites(prepare),
    ...sessionWrites(prepare),
    ...agentWrites(prepare),
    ...invitationWrites(prepare),
    ...contactWrites(prepare),
    ...openingWrites(prepare, live),
    ...appendWrites(prepare, live),
    ...cursorWrites(prepare, live),
    /** Puts into its place what is late, for somebody who is about to read it. */
    placeLate(workspaceId: string, which: WhichConversations): void {
      live.placeAll(workspaceId, which);
    },
    touch(): void {
      touch.run();
    },
  };
}
