import type { Cursor, Receipt } from '@alcove/protocol';
import { trusted } from 'mongoose';
import { cursorAtStart, moveCursor } from '../../move-cursor.ts';
import type { ConversationStorage, CursorAdvance } from '../../storage.ts';
import { StoreUnavailableError } from '../../store-unavailable-error.ts';
import type { Models } from '../collections.ts';
import type { CursorDocument } from '../documents.ts';
import { insert } from '../insert.ts';
import type { Rows } from '../rows.ts';
import { MOST_TRIES, pause } from '../tries.ts';

/** How far participants have come. */
export function cursorMethods(
  workspaceId: string,
  { models, rows }: { models: Models; rows: Rows },
): Pick<ConversationStorage, 'advanceCursor' | 'cursorsOf' | 'receiptsOf'> {
  const tryToMove = moving(workspaceId, models);
  const firstReach = findingMoves(workspaceId, models);
  return {
    async advanceCursor(advance) {
      const row = await rows.read(workspaceId, advance.conversationId);
      if (row === null) return null;
      for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
        const moved = await tryToMove(advance, row.visitorSeq);
        if (moved !== null) return moved;
        await pause();
      }
      throw new StoreUnavailableError('advanceCursor', new Error('others move the same cursor'));
    },

    cursorsOf: (conversationIds) => cursorsOf(models, workspaceId, conversationIds),

    async receiptsOf({ conversationId, seq }) {
      const found = await models.cursors
        .find({ workspaceId, conversationId })
        .sort({ _id: 1 })
        .lean();
      return await Promise.all(
        found.map(async ({ _id, participant }): Promise<Receipt> => {
          const [deliveredAt, readAt] = await Promise.all([
            firstReach(_id, 'delivered', seq),
            firstReach(_id, 'read', seq),
          ]);
          return { participant, deliveredAt, readAt };
        }),
      );
    },
  };
}

/** Makes the function that moves a cursor once. It answers `null` when somebody else moved it meanwhile. */
function moving(workspaceId: string, { cursors, cursor_moves: moves }: Models) {
  /** Stores `cursor` if it still stands at `before`. */
  async function store(id: string, before: Cursor, cursor: Cursor, conversationId: string) {
    const { participant, ...reach } = cursor;
    if (before.delivered === 0) {
      return await insert(cursors, { _id: id, workspaceId, conversationId, participant, ...reach });
    }
    const { matchedCount } = await cursors.updateOne(
      { _id: id, workspaceId, delivered: before.delivered, read: before.read },
      { $set: reach },
    );
    return matchedCount === 1;
  }

  return async (advance: CursorAdvance, newest: number) => {
    const { conversationId, participant, at } = advance;
    const id = cursorIdOf(conversationId, participant);
    const stored = await cursors.findOne({ _id: id, workspaceId }).lean();
    const before = stored === null ? cursorAtStart(participant) : toCursor(stored);
    const cursor = moveCursor(before, advance, newest);
    const reaches = REACHES.filter((reach) => cursor[reach] > before[reach]);
    if (reaches.length === 0) return { cursor, hasMoved: false };
    // The moves first: a process that dies in between leaves one too many, which the repeated call makes good.
    for (const reach of reaches) {
      await insert(moves, { _id: moveIdOf(id, reach, cursor[reach]), workspaceId, at });
    }
    return (await store(id, before, cursor, conversationId)) ? { cursor, hasMoved: true } : null;
  };
}

/** Makes the function that finds the first move which reached a `seq`: moves only go up. */
function findingMoves(workspaceId: string, { cursor_moves: moves }: Models) {
  return async (cursorId: string, reach: Reach, seq: number): Promise<string | null> => {
    const places = { $gte: moveIdOf(cursorId, reach, seq), $lt: `${cursorId}/${reach}:~` };
    const move = await moves
      .findOne({ _id: trusted(places), workspaceId })
      .sort({ _id: 1 })
      .lean();
    return move?.at ?? null;
  };
}

/** Cursors of all participants, by conversation: an entry for each that was asked for. */
async function cursorsOf(
  { cursors }: Models,
  workspaceId: string,
  conversationIds: readonly string[],
): Promise<Map<string, Cursor[]>> {
  if (conversationIds.length === 0) return new Map();
  const found = await cursors
    .find({ workspaceId, conversationId: trusted({ $in: [...conversationIds] }) })
    .lean();
  const grouped = Map.groupBy(found, ({ conversationId }) => conversationId);
  return new Map(conversationIds.map((id) => [id, toCursors(grouped.get(id) ?? [])]));
}

const REACHES = ['delivered', 'read'] as const;

type Reach = (typeof REACHES)[number];

/** The id of a participant's cursor in a conversation. */
export function cursorIdOf(conversationId: string, { kind, id }: Receipt['participant']): string {
  return `${conversationId}/${kind}/${id}`;
}

/** The id of a move; moves of one cursor sort by how far they reach. */
export function moveIdOf(cursorId: string, reach: Reach, seq: number): string {
  return `${cursorId}/${reach}:${String(seq).padStart(10, '0')}`;
}

/** The cursors of a conversation's documents, in the order that every engine gives them. */
export function toCursors(documents: readonly CursorDocument[]): Cursor[] {
  return documents.toSorted((a, b) => (a._id < b._id ? -1 : 1)).map(toCursor);
}

/** The cursor of a document. */
export function toCursor({
  participant,
  delivered,
  deliveredAt,
  read,
  readAt,
}: CursorDocument): Cursor {
  return { participant, delivered, deliveredAt, read, readAt };
}
