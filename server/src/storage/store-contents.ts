import { createHash } from 'node:crypto';
import type { Actor, Contact, ConversationEvent, Cursor } from '@alcove/protocol';
import { emptyConversation, foldConversation } from '@alcove/protocol';
import type {
  AccountRecord,
  AgentRecord,
  ConversationRecord,
  InvitationRecord,
  OpenConversation,
  SessionRecord,
  VisitorRecord,
  WorkspaceRecord,
} from './storage.ts';

/** What a store holds beside conversations, by kind, in an order in which nothing refers to what comes later. */
export interface PlainRecords {
  workspaces: WorkspaceRecord;
  accounts: AccountRecord;
  agents: AgentRecord;
  invitations: InvitationRecord;
  sessions: SessionRecord;
  contacts: Contact & { workspaceId: string };
  visitors: VisitorRecord & { workspaceId: string };
}

export type PlainKind = keyof PlainRecords;

export const PLAIN_KINDS = [
  'workspaces',
  'accounts',
  'agents',
  'invitations',
  'sessions',
  'contacts',
  'visitors',
] as const satisfies readonly PlainKind[];

/** Everything of one conversation. Its row is not among it: that is the fold of the log. */
export interface ConversationContents {
  workspaceId: string;
  opened: OpenConversation;
  /** As they read now, in order; `said` is the fingerprint of what was said at first. */
  events: { event: ConversationEvent; said: string }[];
  cursors: Cursor[];
  moves: CursorMove[];
}

/** One step forward of a participant's cursor. */
export interface CursorMove {
  participant: Pick<Actor, 'kind' | 'id'>;
  reach: 'delivered' | 'read';
  seq: number;
  at: string;
}

/** How much there is of everything. */
export type StoreCounts = Record<PlainKind | 'conversations' | 'events', number>;

/** A store that is read to its end. Nobody else has it open meanwhile. */
export interface StoreSource {
  /** Tells this data from any other. */
  readonly id: string;
  counts(): StoreCounts;
  /** All records of a kind, some at a time. */
  plain<Kind extends PlainKind>(kind: Kind): Iterable<PlainRecords[Kind][]>;
  /** All conversations, some at a time. */
  conversations(): Iterable<ConversationContents[]>;
  close(): void;
}

/** A store that takes over another one's contents. */
export interface StoreTarget {
  /**
   * Takes the place of `sourceId`'s target, or goes on being it.
   *
   * @throws Error in words for the operator when it holds anything else, or that migration came to its end.
   */
  begin(sourceId: string): Promise<void>;
  /** Stores records, in the place of those with the same id. */
  writePlain<Kind extends PlainKind>(kind: Kind, records: PlainRecords[Kind][]): Promise<void>;
  /** What is there of these conversations, by their ids. */
  read(conversations: readonly ConversationContents[]): Promise<Map<string, ConversationContents>>;
  /** Stores conversations with their rows, in the place of what is there of them. */
  write(conversations: readonly ConversationContents[]): Promise<void>;
  counts(): Promise<StoreCounts>;
  /** Hands the store over to servers. */
  finish(now: string): Promise<void>;
  close(): Promise<void>;
}

/** The row that a log makes. */
export function rowOf({ opened, events }: ConversationContents): ConversationRecord {
  const { clientConversationId } = opened;
  const row = events.reduce(
    (before, { event }) => foldConversation(before, event),
    emptyConversation(opened),
  );
  return { ...row, clientConversationId };
}

/** Equal for equal contents, whichever engine they came from. */
export function checksumOf({ workspaceId, opened, ...parts }: ConversationContents): string {
  const { id, visitorId, contactId, clientConversationId, createdAt } = opened;
  const hash = createHash('sha256');
  // Engines have orders of their own for what has none.
  const lines = [
    [workspaceId, id, visitorId, contactId, clientConversationId, createdAt],
    ...parts.events.map(({ event, said }) => [sorted(event), said]),
    ...inOneOrder(parts.cursors),
    ...inOneOrder(parts.moves),
  ];
  for (const line of lines) hash.update(`${JSON.stringify(line)}\n`);
  return hash.digest('hex');
}

function inOneOrder(values: readonly object[]): unknown[] {
  return values
    .map(sorted)
    .map((value) => JSON.stringify(value))
    .toSorted();
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}
