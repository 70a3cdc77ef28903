import type { Prepare } from '../connection.ts';
import { accountReads } from './accounts.ts';
import { agentReads } from './agents.ts';
import { contactReads } from './contacts.ts';
import { conversationReads } from './conversations.ts';
import { cursorReads } from './cursors.ts';
import type { EventSource } from './events.ts';
import { eventReads } from './events.ts';
import { inboxReads } from './inbox.ts';
import { invitationReads } from './invitations.ts';
import { sessionReads } from './sessions.ts';
import { visitorConversationReads } from './visitor-conversations.ts';
import { workspaceReads } from './workspaces.ts';

/** Every read, its statements prepared. What belongs to a workspace takes its id first. */
export type Reads = ReturnType<typeof createReads>;

/** Prepares every read on one connection. `all_events` finds events also where they wait for their place. */
export function createReads(prepare: Prepare, events: EventSource = 'events') {
  const tables = {
    ...workspaceReads(prepare),
    ...accountReads(prepare),
    ...sessionReads(prepare),
    ...agentReads(prepare),
    ...invitationReads(prepare),
    ...contactReads(prepare),
    ...conversationReads(prepare),
    ...eventReads(prepare, events),
    ...inboxReads(prepare),
    ...cursorReads(prepare),
  };
  return { ...tables, ...visitorConversationReads(tables) };
}
