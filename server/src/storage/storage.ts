import type {
  Actor,
  AgentRole,
  Audience,
  Contact,
  ConversationEvent,
  ConversationRow,
  Cursor,
  EventDraft,
  InboxCounts,
  InboxView,
  Page,
  Receipt,
  Side,
  WidgetLook,
} from '@alcove/protocol';

/**
 * Everything that is stored. Engines implement all of it and pass one contract suite, `storage-contract.ts`.
 *
 * Whatever a workspace owns is reached through its handle, which cannot name another workspace. Every method may reject
 * with a `StoreUnavailableError`; then nothing is known of what was asked, and the same call may be made again: creating
 * what was created by the same call before is no conflict. An actor's `name` is not stored.
 * Times are ISO 8601 strings made by the caller's clock, so that tests can set them.
 */
export interface Storage {
  readonly directory: Directory;
  forWorkspace(workspaceId: string): WorkspaceStorage;
  /** Only of an engine that several processes may have open. */
  readonly lonelyNodes?: LonelyNodes;
  /** Only of an engine where writes share their wait for the disk: called for each wait, with how many shared it. */
  onGroup?(listener: (writes: number) => void): void;
  /** Resolves when the engine can read and write. */
  check(): Promise<void>;
  /** Finishes what was accepted, then lets go of files and connections. */
  close(): Promise<void>;
}

/**
 * Processes on one store that cannot hear one another say so where they write: one that is cut off knows it, and the
 * others would never know.
 */
export interface LonelyNodes {
  /** To be called again and again, for as long as it lasts. */
  tell(): Promise<void>;
  /** How often anybody has told. Another number than before: somebody is alone. */
  count(): Promise<number>;
}

/** The only door across workspaces: what must be found before a workspace is known. */
export interface Directory {
  readonly workspaces: {
    create(workspace: WorkspaceRecord): Promise<'created' | 'key_taken'>;
    findByKey(key: string): Promise<WorkspaceRecord | null>;
    /** Oldest first. */
    list(): Promise<WorkspaceRecord[]>;
  };
  readonly accounts: {
    create(account: AccountRecord): Promise<'created' | 'email_taken'>;
    get(accountId: string): Promise<AccountRecord | null>;
    /** `email` as `normaliseEmail` leaves it. */
    findByEmail(email: string): Promise<AccountRecord | null>;
    /**
     * With `expectedHash` only while that still is the password's. `false` when it was another one's, and nothing
     * changed: a new password that was set meanwhile wins.
     */
    setPassword(accountId: string, passwordHash: string, expectedHash?: string): Promise<boolean>;
    /** The account's agents in all workspaces, oldest first. */
    memberships(accountId: string): Promise<AgentRecord[]>;
  };
  readonly sessions: {
    create(session: SessionRecord): Promise<void>;
    find(tokenHash: string): Promise<SessionRecord | null>;
    /**
     * Marks a session as replaced, keeping an earlier `rotatedAt`, and stores its successor unless it is there already.
     * Repeating the call changes nothing. `false`, and nothing stored, when the session is gone or revoked: a sign-out
     * between the caller's look and this call wins.
     */
    rotate(tokenHash: string, rotatedAt: string, successor: SessionRecord): Promise<boolean>;
    /**
     * Whether the family has a session that is neither revoked nor expired at `now`. A family is revoked as a whole, so a
     * store may take one session of it that is revoked for all of them.
     */
    isActive(familyId: string, now: string): Promise<boolean>;
    revokeFamily(familyId: string, revokedAt: string): Promise<void>;
    /**
     * Revokes all sessions of an account or visitor, with a `workspaceId` only those in that workspace. Answers the
     * families that were active.
     */
    revokeAll(principalId: string, revokedAt: string, workspaceId?: string): Promise<string[]>;
    /** Deletes sessions that expired, or were replaced, before `before`. */
    prune(before: string): Promise<void>;
  };
  readonly invitations: {
    find(tokenHash: string): Promise<InvitationRecord | null>;
    /** Uses the invitation up. `false` when it was used or withdrawn before, or has expired at `now`. */
    consume(tokenHash: string, now: string): Promise<boolean>;
  };
}

/** The handle of one workspace. */
export interface WorkspaceStorage {
  readonly id: string;
  readonly settings: {
    get(): Promise<WorkspaceRecord | null>;
    update(
      change: Partial<Pick<WorkspaceRecord, 'name' | 'look' | 'allowedOrigins'>>,
    ): Promise<void>;
  };
  readonly agents: {
    create(agent: AgentRecord): Promise<'created' | 'already_member'>;
    get(agentId: string): Promise<AgentRecord | null>;
    /** Oldest first, disabled ones included. */
    list(): Promise<AgentRecord[]>;
    update(
      agentId: string,
      change: Partial<Pick<AgentRecord, 'name' | 'role' | 'isDisabled'>>,
    ): Promise<void>;
  };
  readonly invitations: {
    create(invitation: InvitationRecord): Promise<void>;
    /** Those that can still be used at `now`, newest first. */
    list(now: string): Promise<InvitationRecord[]>;
    delete(invitationId: string): Promise<void>;
  };
  readonly visitors: {
    /** Creates the visitor and the contact it is linked to. */
    create(visitor: VisitorRecord, contact: Contact): Promise<void>;
    get(visitorId: string): Promise<VisitorRecord | null>;
  };
  readonly contacts: {
    get(contactId: string): Promise<Contact | null>;
    getMany(contactIds: readonly string[]): Promise<Contact[]>;
    /** Answers the contact as it is now, `null` when there is none. */
    update(contactId: string, change: ContactChange): Promise<Contact | null>;
  };
  readonly conversations: ConversationStorage;
}

/** Conversations: their rows, their logs, and how far each participant has read. */
export interface ConversationStorage {
  /**
   * The conversation that the visitor opened under this client id; created when there is none, with `appliedSeq` 0, and
   * listed nowhere before its first event.
   */
  open(conversation: OpenConversation): Promise<ConversationRecord>;
  get(conversationId: string): Promise<ConversationRecord | null>;
  getMany(conversationIds: readonly string[]): Promise<ConversationRecord[]>;
  /**
   * Latest activity first, without those that have no event yet. With all their cursors, and how much of each is unread by
   * this rule, in one look: everybody who connects asks for it, and after a restart everybody connects.
   */
  listForVisitor(
    visitorId: string,
    limit: number,
    unreadIn: UnreadRule,
  ): Promise<VisitorConversations>;

  /**
   * The one write to a log: gives the event its place, folds the row, and resolves once both survive a power loss.
   * See `AppendResult`.
   *
   * An edit or a deletion also amends the stored events that it is about, by the protocol's `amendEvent`, so that whoever
   * reads them later reads what they say now; the words of a deleted message are then kept nowhere. The log alone
   * decides: amending is folding, it may be done again, and an engine that stopped half-way makes up for it.
   */
  append(request: AppendRequest): Promise<AppendResult>;
  /** A page of the log as one audience sees it, ascending; `prev` is set for that audience. */
  readEvents(query: EventQuery): Promise<ConversationEvent[]>;

  listInbox(query: InboxQuery): Promise<InboxPage>;
  /** Conversations that changed since `cursor`; never misses one and may repeat. `RangeError` as in `InboxQuery.before`. */
  changedSince(cursor: string, limit: number): Promise<ChangedConversations>;
  /** A cursor that sees every change from now on. */
  currentCursor(): Promise<string>;
  /** How many conversations each view holds, counted up to `limit`. */
  countInbox(agentId: string, limit: number): Promise<InboxCounts>;

  /** Messages of `side` above `after`, counted up to `limit`; in the order asked. */
  countMessages(queries: readonly MessageCountQuery[]): Promise<number[]>;

  /**
   * Moves a cursor forward: monotone, `read <= delivered`, clamped to the newest event that both sides see. Cursors are
   * told to the other side: one beyond it would tell the visitor that something internal happened, and when.
   * Answers where it stands, and whether anything moved. `null` when there is no such conversation.
   */
  advanceCursor(advance: CursorAdvance): Promise<{ cursor: Cursor; hasMoved: boolean } | null>;
  /** Cursors of all participants, by conversation: an entry for each that was asked for. */
  cursorsOf(conversationIds: readonly string[]): Promise<Map<string, Cursor[]>>;
  /** When each participant with a cursor first received and read this event. Every move of a cursor is kept for it. */
  receiptsOf(event: { conversationId: string; seq: number }): Promise<Receipt[]>;
}

/** A workspace as stored. */
export interface WorkspaceRecord {
  id: string;
  key: string;
  name: string;
  look: WidgetLook;
  allowedOrigins: string[];
  createdAt: string;
}

/** A person's sign-in. */
export interface AccountRecord {
  id: string;
  /** Normalised; unique per installation. */
  email: string;
  passwordHash: string;
  createdAt: string;
}

/** An account's membership in a workspace. */
export interface AgentRecord {
  id: string;
  workspaceId: string;
  accountId: string;
  name: string;
  email: string;
  role: AgentRole;
  isDisabled: boolean;
  createdAt: string;
}

/** A refresh token, known by its hash. All tokens that came from one sign-in share a family. */
export interface SessionRecord {
  tokenHash: string;
  familyId: string;
  /** Account id or visitor id. */
  principalId: string;
  kind: 'agent' | 'visitor';
  workspaceId: string;
  createdAt: string;
  expiresAt: string;
  rotatedAt: string | null;
  revokedAt: string | null;
}

/** An invitation, known by its token's hash. */
export interface InvitationRecord {
  id: string;
  workspaceId: string;
  tokenHash: string;
  role: AgentRole;
  createdAt: string;
  expiresAt: string;
  usedAt: string | null;
}

/** A browser that wrote. */
export interface VisitorRecord {
  id: string;
  contactId: string;
  createdAt: string;
}

/** Only the fields given change. */
export type ContactChange = Partial<
  Pick<Contact, 'name' | 'email' | 'userAgent' | 'locale' | 'lastSeenAt'> & { page: Page }
>;

/** A conversation's row and the client id that opened it. */
export interface ConversationRecord extends ConversationRow {
  clientConversationId: string;
}

/** A visitor's conversations, and by their ids the cursors of each and its unread messages; no entry means none. */
export interface VisitorConversations {
  conversations: ConversationRecord[];
  cursors: Map<string, Cursor[]>;
  unread: Map<string, number>;
}

/** Which messages of a conversation somebody has not read, to be counted. `null`: all are read. */
export type UnreadRule = (
  conversation: ConversationRecord,
  cursors: readonly Cursor[],
) => MessageCountQuery | null;

/** What `open` needs; unique per workspace by visitor and client id. */
export type OpenConversation = Pick<
  ConversationRecord,
  'id' | 'visitorId' | 'contactId' | 'clientConversationId' | 'createdAt'
>;

/** What `append` needs. */
export interface AppendRequest {
  conversationId: string;
  event: EventDraft;
  /** The clock's time. The event's own is never earlier than the event's before it. */
  at: string;
  /** The decision behind this event holds only if nothing came after this `seq`. */
  expectedSeq?: number;
}

/**
 * `appended`: stored now. `duplicate`: the same act was stored before, whatever was edited since; nothing was written.
 * `id_conflict`: the actor used this client id for something else; `via` and `writtenAt` may differ between tries.
 * `stale`: the log is past `expectedSeq`. `prev` in `event` is the agents'.
 */
export type AppendResult =
  | { outcome: 'appended'; event: ConversationEvent; visitorPrev: number }
  | { outcome: 'duplicate'; event: ConversationEvent }
  | { outcome: 'id_conflict' }
  | { outcome: 'stale' }
  | { outcome: 'not_found' };

/** `after` reads upwards from a `seq`, `before` reads the page below one; neither reads the newest page. */
export interface EventQuery {
  conversationId: string;
  audience: Audience;
  after?: number;
  before?: number;
  limit: number;
}

/** A page of an inbox view for one agent. */
export interface InboxQuery {
  view: InboxView;
  agentId: string;
  /** The `next` of the page above. An engine's own opaque text; an unreadable one rejects with `RangeError`. */
  before?: string;
  limit: number;
}

export interface InboxPage {
  conversations: ConversationRecord[];
  next: string | null;
}

export interface ChangedConversations {
  conversations: ConversationRecord[];
  cursor: string;
  more: boolean;
}

export interface MessageCountQuery {
  conversationId: string;
  side: Side;
  after: number;
  limit: number;
}

export interface CursorAdvance {
  conversationId: string;
  participant: Actor;
  delivered?: number;
  read?: number;
  at: string;
}
