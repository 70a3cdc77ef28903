import {
  type GetInboxRows,
  type InboxRowsResult,
  type InboxRow,
  type ListInbox,
  type ListInboxResult,
  type SyncInbox,
  type SyncInboxResult,
  WIRE_LIMITS,
} from '@alcove/protocol';
import type { ConversationRecord, Storage } from '../storage/storage.ts';
import { DomainError } from './domain-error.ts';
import { presentInboxRow } from './present.ts';
import type { Presence } from './presence.ts';
import type { AgentPrincipal } from './principal.ts';
import type { Roster } from './roster.ts';
import { countUnread } from './unread.ts';

/** What waits for an agent: views of the workspace's conversations. */
export interface Inbox {
  /** @throws DomainError `invalid` when `before` is no place in this list. */
  list(principal: AgentPrincipal, query: ListInbox): Promise<ListInboxResult>;
  /** @throws DomainError `invalid` when the cursor is none of ours: list again. */
  sync(principal: AgentPrincipal, query: SyncInbox): Promise<SyncInboxResult>;
  /** These conversations, whatever view they are in; unknown ones are left out. */
  get(principal: AgentPrincipal, query: GetInboxRows): Promise<InboxRowsResult>;
}

interface InboxOptions {
  storage: Storage;
  presence: Presence;
  roster: Roster;
}

export function createInbox(options: InboxOptions): Inbox {
  const { storage } = options;
  const toRows = createRowMaker(options);

  return {
    async list(principal, { view, before, limit = WIRE_LIMITS.pageSize }) {
      const { agentId, workspaceId } = principal;
      const { conversations } = storage.forWorkspace(workspaceId);
      // First the cursor: what changes while the rows are read is told again by the next sync.
      const cursor = await conversations.currentCursor();
      const [page, counts] = await Promise.all([
        conversations.listInbox({ view, agentId, before, limit }).catch(refuseUnreadable),
        conversations.countInbox(agentId, WIRE_LIMITS.inboxCount),
      ]);
      return { rows: await toRows(principal, page.conversations), next: page.next, cursor, counts };
    },

    async sync(principal, query) {
      const { conversations } = storage.forWorkspace(principal.workspaceId);
      const [changed, counts] = await Promise.all([
        conversations.changedSince(query.cursor, WIRE_LIMITS.pageSize).catch(refuseUnreadable),
        conversations.countInbox(principal.agentId, WIRE_LIMITS.inboxCount),
      ]);
      const { cursor, more } = changed;
      return { rows: await toRows(principal, changed.conversations), cursor, more, counts };
    },

    async get(principal, { conversationIds }) {
      const { conversations } = storage.forWorkspace(principal.workspaceId);
      const records = await conversations.getMany(conversationIds);
      return { rows: await toRows(principal, records.filter(isListed)) };
    },
  };
}

/** Adds to conversations what a list shows of them; a few look-ups for all of them together. */
function createRowMaker({ storage, presence, roster }: InboxOptions) {
  return async function toRows(
    principal: AgentPrincipal,
    records: readonly ConversationRecord[],
  ): Promise<InboxRow[]> {
    if (records.length === 0) return [];
    const { workspaceId } = principal;
    const { conversations, contacts } = storage.forWorkspace(workspaceId);
    const visitorIds = [...new Set(records.map(({ visitorId }) => visitorId))];
    const contactIds = [...new Set(records.map(({ contactId }) => contactId))];
    const [people, cursors, statuses, agents] = await Promise.all([
      contacts.getMany(contactIds),
      conversations.cursorsOf(records.map(({ id }) => id)),
      presence.statusOfVisitors(workspaceId, visitorIds),
      roster.agents(workspaceId),
    ]);
    const unread = await countUnread(conversations, principal, records, cursors);
    const contactOf = new Map(people.map((contact) => [contact.id, contact]));
    return records.map((record, index) =>
      presentInboxRow(
        record,
        {
          contact: contactOf.get(record.contactId) ?? nameless(record.contactId),
          presence: statuses.get(record.visitorId) ?? 'unknown',
          unread: unread[index] ?? 0,
        },
        agents,
      ),
    );
  };
}

/** Before its first event a conversation is in no inbox. */
function isListed({ appliedSeq }: ConversationRecord): boolean {
  return appliedSeq > 0;
}

function refuseUnreadable(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  throw new DomainError('invalid', 'This place in the inbox is unreadable: list the inbox anew.', {
    cause: error,
  });
}

/** Erased since its conversation was read. */
function nameless(id: string) {
  return { id, name: null, email: null };
}
