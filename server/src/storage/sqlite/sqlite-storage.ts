import { placeEvent } from '../event-details.ts';
import type { ConversationStorage, Directory, Storage, WorkspaceStorage } from '../storage.ts';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import type { Caller } from './operations.ts';
import { perform } from './operations.ts';
import { toStoreError } from './store-error.ts';
import type { WhichConversations } from './tables/live-conversations.ts';
import type { Reads } from './tables/reads.ts';
import type { Writes } from './tables/writes.ts';

/** What the store is made of. */
export interface SqliteStorageParts {
  reads: Reads;
  /** The same, also of events that are not in their place. */
  readsOfAll: Reads;
  write: Caller<Writes>;
  /** Whether `write('placeLate')` may have something to do. */
  anyLate(): boolean;
  onGroup: NonNullable<Storage['onGroup']>;
  close(): Promise<void>;
}

/** The storage interface over reads on this thread and writes on another. */
export function createSqliteStorage(parts: SqliteStorageParts): Storage {
  const { reads, readsOfAll, write, anyLate, onGroup, close } = parts;
  let closing: Promise<void> | undefined;
  const readFrom =
    (table: Reads): Caller<Reads> =>
    async (name, ...parameters) => {
      if (closing !== undefined)
        throw new StoreUnavailableError(name, new Error('the store is closed'));
      try {
        return perform(table, name, parameters);
      } catch (error) {
        throw toStoreError(name, error);
      }
    };
  const read = readFrom(reads);
  const readAll = readFrom(readsOfAll);
  const engine: Engine = {
    read,
    write,
    async readPlaced(workspaceId, which, name, ...parameters) {
      const isPlaced =
        !anyLate() ||
        (await write('placeLate', workspaceId, which).then(
          () => true,
          () => false,
        ));
      return (isPlaced ? read : readAll)(name, ...parameters);
    },
  };
  return {
    directory: createDirectory(read, write),
    forWorkspace: (workspaceId) => createWorkspace(workspaceId, engine),
    onGroup,
    async check() {
      // Any look-up reaches the file.
      await read('workspace', '');
      await write('touch');
    },
    close: () => (closing ??= close()),
  };
}

/** What a workspace's handle is made of. */
interface Engine {
  read: Caller<Reads>;
  write: Caller<Writes>;
  /**
   * Reads conversations as of the last ack: those meant are put into their place first. From a store that
   * cannot write every event is read all the same, though rows may be a second old.
   */
  readPlaced<Name extends keyof Reads>(
    workspaceId: string,
    which: WhichConversations,
    name: Name,
    ...parameters: Parameters<Reads[Name]>
  ): Promise<ReturnType<Reads[Name]>>;
}

function createDirectory(read: Caller<Reads>, write: Caller<Writes>): Directory {
  return {
    workspaces: {
      create: (workspace) => write('createWorkspace', workspace),
      findByKey: (key) => read('workspaceByKey', key),
      list: () => read('workspaces'),
    },
    accounts: {
      create: (account) => write('createAccount', account),
      get: (accountId) => read('account', accountId),
      findByEmail: (email) => read('accountByEmail', email),
      setPassword: (accountId, passwordHash, expectedHash) =>
        write('setPassword', accountId, passwordHash, expectedHash ?? null),
      memberships: (accountId) => read('memberships', accountId),
    },
    sessions: {
      create: (session) => write('createSession', session),
      find: (tokenHash) => read('session', tokenHash),
      rotate: (tokenHash, rotatedAt, successor) =>
        write('rotateSession', tokenHash, rotatedAt, successor),
      isActive: (familyId, now) => read('isSessionActive', familyId, now),
      revokeFamily: (familyId, revokedAt) => write('revokeFamily', familyId, revokedAt),
      revokeAll: (principalId, revokedAt, workspaceId) =>
        write('revokeAllSessions', principalId, revokedAt, workspaceId ?? null),
      prune: (before) => write('pruneSessions', before),
    },
    invitations: {
      find: (tokenHash) => read('invitationByToken', tokenHash),
      consume: (tokenHash, now) => write('consumeInvitation', tokenHash, now),
    },
  };
}

function createWorkspace(id: string, engine: Engine): WorkspaceStorage {
  const { read, write } = engine;
  return {
    id,
    settings: {
      get: () => read('workspace', id),
      update: (change) => write('updateWorkspace', id, change),
    },
    // A record names its workspace too; the handle's own name is what counts.
    agents: {
      create: (agent) => write('createAgent', { ...agent, workspaceId: id }),
      get: (agentId) => read('agent', id, agentId),
      list: () => read('agents', id),
      update: (agentId, change) => write('updateAgent', id, agentId, change),
    },
    invitations: {
      create: (invitation) => write('createInvitation', { ...invitation, workspaceId: id }),
      list: (now) => read('invitations', id, now),
      delete: (invitationId) => write('deleteInvitation', id, invitationId),
    },
    visitors: {
      create: (visitor, contact) => write('createVisitor', id, visitor, contact),
      get: (visitorId) => read('visitor', id, visitorId),
    },
    contacts: {
      get: (contactId) => read('contact', id, contactId),
      getMany: (contactIds) => read('contacts', id, contactIds),
      update: (contactId, change) => write('updateContact', id, contactId, change),
    },
    conversations: createConversations(id, engine),
  };
}

function createConversations(id: string, engine: Engine): ConversationStorage {
  const { read, write } = engine;
  /** Reads those conversations. */
  const readPlaced = <Name extends keyof Reads>(
    which: WhichConversations,
    name: Name,
    ...parameters: Parameters<Reads[Name]>
  ) => engine.readPlaced(id, which, name, ...parameters);
  return {
    open: (conversation) => write('openConversation', id, conversation),
    get: (conversationId) =>
      readPlaced({ conversationIds: [conversationId] }, 'conversation', id, conversationId),
    getMany: (conversationIds) =>
      readPlaced({ conversationIds }, 'conversations', id, conversationIds),
    listForVisitor: (visitorId, limit, unreadIn) =>
      readPlaced({ visitorId }, 'visitorConversations', id, visitorId, limit, unreadIn),
    async append(request) {
      const appending = await write('append', id, request);
      if (appending.outcome !== 'appended') return appending;
      const { outcome, visitorPrev } = appending;
      return { outcome, event: placeEvent(request, appending), visitorPrev };
    },
    readEvents: (query) =>
      readPlaced({ conversationIds: [query.conversationId] }, 'events', id, query),
    listInbox: (query) => readPlaced('all', 'inbox', id, query),
    changedSince: (cursor, limit) => readPlaced('all', 'changedConversations', id, cursor, limit),
    // One that is behind repeats what changed meanwhile.
    currentCursor: () => read('latestCursor', id),
    countInbox: (agentId, limit) => readPlaced('all', 'inboxCounts', id, agentId, limit),
    countMessages: (queries) =>
      readPlaced({ conversationIds: queries.map(conversationOf) }, 'messageCounts', id, queries),
    advanceCursor: (advance) => write('advanceCursor', id, advance),
    cursorsOf: (conversationIds) => read('cursors', id, conversationIds),
    receiptsOf: (event) => read('receipts', id, event),
  };
}

function conversationOf({ conversationId }: { conversationId: string }): string {
  return conversationId;
}
