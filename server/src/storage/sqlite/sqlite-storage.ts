import type { ConversationStorage, Directory, Storage, WorkspaceStorage } from '../storage.ts';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import type { Caller } from './operations.ts';
import { perform } from './operations.ts';
import { toStoreError } from './store-error.ts';
import { placeEvent } from './tables/events.ts';
import type { WhichRows } from './tables/conversation-rows.ts';
import type { Reads } from './tables/reads.ts';
import type { Writes } from './tables/writes.ts';

/** What the store is made of. */
export interface SqliteStorageParts {
  reads: Reads;
  write: Caller<Writes>;
  /** Whether `write('writeRows')` may have something to do. */
  areRowsBehind(): boolean;
  close(): Promise<void>;
}

/** The storage interface over reads on this thread and writes on another. */
export function createSqliteStorage(parts: SqliteStorageParts): Storage {
  const { reads, write, areRowsBehind, close } = parts;
  let closing: Promise<void> | undefined;
  const read: Caller<Reads> = async (name, ...parameters) => {
    if (closing !== undefined)
      throw new StoreUnavailableError(name, new Error('the store is closed'));
    try {
      return perform(reads, name, parameters);
    } catch (error) {
      throw toStoreError(name, error);
    }
  };
  /** Conversations' rows as of the last ack. A store that cannot write is read as it is. */
  const upToDate = async (workspaceId: string, which: WhichRows): Promise<void> => {
    if (areRowsBehind()) await write('writeRows', workspaceId, which).catch(() => undefined);
  };
  return {
    directory: createDirectory(read, write),
    forWorkspace: (workspaceId) => createWorkspace(workspaceId, { read, write, upToDate }),
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
  upToDate(workspaceId: string, which: WhichRows): Promise<void>;
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

function createConversations(id: string, { read, write, upToDate }: Engine): ConversationStorage {
  /** Reads rows of conversations. */
  const readRows = async <Name extends keyof Reads>(
    which: WhichRows,
    name: Name,
    ...parameters: Parameters<Reads[Name]>
  ) => {
    await upToDate(id, which);
    return read(name, ...parameters);
  };
  return {
    open: (conversation) => write('openConversation', id, conversation),
    get: (conversationId) =>
      readRows({ conversationIds: [conversationId] }, 'conversation', id, conversationId),
    getMany: (conversationIds) =>
      readRows({ conversationIds }, 'conversations', id, conversationIds),
    listForVisitor: (visitorId, limit, unreadIn) =>
      readRows({ visitorId }, 'visitorConversations', id, visitorId, limit, unreadIn),
    async append(request) {
      const appending = await write('append', id, request);
      if (appending.outcome !== 'appended') return appending;
      const { outcome, visitorPrev } = appending;
      return { outcome, event: placeEvent(request, appending), visitorPrev };
    },
    readEvents: (query) => read('events', id, query),
    listInbox: (query) => readRows('all', 'inbox', id, query),
    changedSince: (cursor, limit) => readRows('all', 'changedConversations', id, cursor, limit),
    // One that is behind repeats what changed meanwhile.
    currentCursor: () => read('latestCursor', id),
    countInbox: (agentId) => readRows('all', 'inboxCounts', id, agentId),
    countMessages: (queries) => read('messageCounts', id, queries),
    advanceCursor: (advance) => write('advanceCursor', id, advance),
    cursorsOf: (conversationIds) => read('cursors', id, conversationIds),
    receiptsOf: (event) => read('receipts', id, event),
  };
}
