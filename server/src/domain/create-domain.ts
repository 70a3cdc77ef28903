import type { Cluster } from '../cluster/cluster.ts';
import type { Limits } from '../limits.ts';
import type { Storage } from '../storage/storage.ts';
import { createAccess } from './access.ts';
import type { Clock } from './clock.ts';
import { type Contacts, createContacts } from './contacts.ts';
import { createConversationLog } from './conversation-log.ts';
import { type Conversations, createConversations } from './conversations.ts';
import type { EventPublisher } from './event-publisher.ts';
import { createDecide } from './decisions.ts';
import { createGreetings, type Greetings } from './greetings.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { createLogReader, type LogReader } from './log-reader.ts';
import { createMessageChanges, type MessageChanges } from './message-changes.ts';
import { createMessages, type Messages } from './messages.ts';
import { createOpenings } from './openings.ts';
import { createPresence, type Presence } from './presence.ts';
import { createReadCursors, type ReadCursors } from './read-cursors.ts';
import { createReceipts, type Receipts } from './receipts.ts';
import { createRoster, type Roster } from './roster.ts';
import { createTyping, type Typing } from './typing.ts';

/** The rules of conversations, with everything they need built in. */
export interface Domain {
  readonly messages: Messages;
  readonly messageChanges: MessageChanges;
  readonly conversations: Conversations;
  readonly logReader: LogReader;
  readonly readCursors: ReadCursors;
  readonly receipts: Receipts;
  readonly typing: Typing;
  readonly inbox: Inbox;
  readonly contacts: Contacts;
  readonly presence: Presence;
  readonly greetings: Greetings;
  readonly roster: Roster;
  close(): void;
}

/** Connects the parts of the domain to one another and to the ports given. */
export function createDomain(ports: {
  storage: Storage;
  publisher: EventPublisher;
  cluster: Cluster;
  clock: Clock;
  limits: Limits;
}): Domain {
  const roster = createRoster(ports);
  const access = createAccess(ports);
  const presence = createPresence(ports);
  const log = createConversationLog({ ...ports, roster });
  const openings = createOpenings({ ...ports, access, limiter: ports.cluster.limiter });
  const decide = createDecide({ ...ports, log });
  const parts = { ...ports, roster, access, presence, log, openings, decide };
  return {
    messages: createMessages(parts),
    messageChanges: createMessageChanges(parts),
    conversations: createConversations(parts),
    logReader: createLogReader(parts),
    readCursors: createReadCursors(parts),
    receipts: createReceipts(parts),
    typing: createTyping(parts),
    inbox: createInbox(parts),
    contacts: createContacts(parts),
    greetings: createGreetings(parts),
    presence,
    roster,
    close: presence.close,
  };
}
