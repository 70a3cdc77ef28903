import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { trusted } from 'mongoose';
import type { ConversationStorage } from '../../storage.ts';
import type { Models } from '../collections.ts';
import type { ConversationDocument } from '../documents.ts';
import { toConversation } from '../conversation-documents.ts';

/**
 * Rows carry the database's time of their change. What is written later may show earlier: a majority has to have it
 * first, and a new primary's clock may be behind. So whoever has read up to a time reads again what changed in the 30 s
 * before: far more than the one takes, and clocks of a replica set differ.
 */
const OVERLAP_MS = 30_000;

/** Where a reader is. Rows are ordered by the time of their change, then by id. */
interface Position {
  /** The newest that it was told of: all above is new to it. */
  readonly newest: Spot;
  /** From here on up to `newest` it reads again, for what came in late. */
  readonly from: Spot;
  /** Finds what it was told of that stretch, in the process that told it. */
  readonly nonce: string;
}

type Spot = readonly [changedAt: number, id: string];

const BOTTOM: Spot = [0, ''];

const START: Position = { newest: BOTTOM, from: BOTTOM, nonce: '' };

/** The rows of the overlap that a reader has: each conversation's `appliedSeq`, and when it changed. */
type Told = ReadonlyMap<string, readonly [appliedSeq: number, changedAt: number]>;

/** What this process told its readers, by their cursors' nonces. */
export type ToldChanges = LRUCache<string, Told>;

/** Entries in all, about 100 bytes each. */
const MOST_TOLD = 200_000;

/**
 * Without it every sync would repeat the changes of the last 30 s. It only saves that: a reader that comes to another
 * process, or after a restart, gets them once more.
 */
export function createToldChanges(): ToldChanges {
  return new LRUCache({ maxSize: MOST_TOLD, sizeCalculation: (told) => 1 + told.size });
}

interface ChangeParts {
  models: Models;
  toldChanges: ToldChanges;
  databaseTime: () => Date;
}

/** What changed in an inbox since a reader last asked. */
export function changeMethods(
  workspaceId: string,
  { models, toldChanges, databaseTime }: ChangeParts,
): Pick<ConversationStorage, 'changedSince' | 'currentCursor'> {
  const above = readingAbove(workspaceId, models);
  /** Where a reader at `newest` reads again from. A row may carry a time that is yet to come, where a clock was wrong. */
  const startOf = ([newest]: Spot): Spot => [
    Math.min(newest, databaseTime().getTime()) - OVERLAP_MS,
    '',
  ];
  /** The cursor of a reader that is at `newest` and knows these rows. */
  const remember = (newest: Spot, from: Spot, told: Told): string => {
    const nonce = randomBytes(9).toString('base64url');
    // Once nothing is left to tell, the whole overlap is read again.
    const rereadFrom = Math.min(from[0], startOf(newest)[0]);
    const rereads = [...told].filter(([, [, changedAt]]) => changedAt >= rereadFrom);
    toldChanges.set(nonce, new Map(rereads));
    return encodeCursor(workspaceId, { newest, from, nonce });
  };

  return {
    async changedSince(cursor, limit) {
      const { newest, from, nonce } = decodeCursor(workspaceId, cursor);
      const told: Told = toldChanges.get(nonce) ?? new Map();
      // What is new comes first: a process that does not know the reader has to tell the rest once more.
      const found = await above(newest, limit + 1);
      // A server whose clock is finer than a Date finds the newest row above its own time.
      const fresh = found.filter((row) => isAbove(row, newest));
      const room = limit - fresh.length;
      const reread = room < 0 ? [] : await above(from, room + told.size + 1);
      const late = reread.filter(
        (row) => !isAbove(row, newest) && told.get(row._id)?.[0] !== row.appliedSeq,
      );
      const more = fresh.length + late.length > limit;
      const page = [...fresh, ...late].slice(0, limit);
      if (page.length === 0) return { conversations: [], cursor, more };

      const lastFresh = spotOf(fresh.slice(0, limit).at(-1)) ?? newest;
      const lastLate = spotOf(late.slice(0, Math.max(0, room)).at(-1)) ?? from;
      const known = new Map([...told, ...page.map(versionOf)]);
      return {
        conversations: page.map(toConversation),
        cursor: remember(lastFresh, more ? lastLate : startOf(lastFresh), known),
        more,
      };
    },

    async currentCursor() {
      const [newest] = await above(BOTTOM, 1, -1);
      if (newest === undefined) return encodeCursor(workspaceId, START);
      const spot = spotOf(newest) ?? BOTTOM;
      const from = startOf(spot);
      return remember(spot, from, new Map((await above(from, MOST_TOLD)).map(versionOf)));
    },
  };
}

/** Makes the function that reads the rows above a spot, upwards or downwards. */
function readingAbove(workspaceId: string, { conversations }: Models) {
  return ([time, id]: Spot, limit: number, direction: 1 | -1 = 1) => {
    const changedAt = new Date(time);
    const above = {
      workspaceId,
      // What an index can serve; then what parts the rows of one time.
      changedAt: trusted({ $gte: changedAt }),
      $or: [{ changedAt: trusted({ $gt: changedAt }) }, { _id: trusted({ $gt: id }) }],
    };
    return conversations
      .find(above)
      .sort({ changedAt: direction, _id: direction })
      .limit(limit)
      .lean();
  };
}

function spotOf(row: ConversationDocument | undefined): Spot | undefined {
  return row ? [timeOf(row), row._id] : undefined;
}

function isAbove(row: ConversationDocument, [time, id]: Spot): boolean {
  return timeOf(row) > time || (timeOf(row) === time && row._id > id);
}

function timeOf({ changedAt }: ConversationDocument): number {
  return changedAt?.getTime() ?? 0;
}

function versionOf(row: ConversationDocument): [string, [number, number]] {
  return [row._id, [row.appliedSeq, timeOf(row)]];
}

function encodeCursor(workspaceId: string, { newest, from, nonce }: Position): string {
  return Buffer.from(JSON.stringify([workspaceId, ...newest, ...from, nonce])).toString(
    'base64url',
  );
}

/** @throws RangeError when it is no cursor; one of another workspace begins anew. */
function decodeCursor(workspaceId: string, text: string): Position {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(parts)) {
      const [owner, newest, newestId, from, fromId, nonce]: unknown[] = parts;
      const texts = [owner, newestId, fromId, nonce];
      if (texts.every(isText) && isTime(newest) && isTime(from)) {
        if (owner !== workspaceId) return START;
        const spot = (time: unknown, id: unknown): Spot => [Number(time), String(id)];
        return { newest: spot(newest, newestId), from: spot(from, fromId), nonce: String(nonce) };
      }
    }
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw new RangeError('the inbox cursor cannot be read; load the inbox anew');
}

function isTime(value: unknown): boolean {
  return Number.isSafeInteger(value) && !Number.isNaN(new Date(value as number).getTime());
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
