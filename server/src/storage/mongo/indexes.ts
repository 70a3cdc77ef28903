import type { Connection } from 'mongoose';
import { COLLECTION_NAMES, COLLECTIONS, type Index } from './collections.ts';
import type { CollectionName } from './documents.ts';
import { isTaken } from './store-error.ts';

/** An index that is not there. */
export interface MissingIndex {
  collection: CollectionName;
  index: Index;
}

/** Which of the declared indexes the database lacks. Known by what they do: an operator may name them otherwise. */
export async function missingIndexes({ db }: Connection): Promise<MissingIndex[]> {
  const missing = await Promise.all(
    COLLECTION_NAMES.map(async (collection) => {
      const present = (await db?.collection(collection).indexes().catch(unlessAbsent)) ?? [];
      const shapes = new Set(present.map(({ key, unique }) => shapeOf({ key, unique })));
      return COLLECTIONS[collection].indexes
        .filter((index) => !shapes.has(shapeOf(index)))
        .map((index) => ({ collection, index }));
    }),
  );
  return missing.flat();
}

/**
 * Builds what is missing. May be done again, and by several processes at once.
 *
 * @throws Error in words for the operator when documents stand in the way of a unique index.
 */
export async function createIndexes({ db }: Connection): Promise<void> {
  for (const { collection, index } of await missingIndexes({ db } as Connection)) {
    const { key, name, unique } = index;
    try {
      await db?.collection(collection).createIndex({ ...key }, { name, unique: unique ?? false });
    } catch (cause) {
      if (!isTaken(cause)) throw cause;
      throw new Error(
        `The unique index ${describeIndex({ collection, index })} cannot be built: the collection holds documents that agree in all of these fields. Alcove never writes such, so the data was changed by something else. Restore a backup, or remove what is there twice, and start again.`,
        { cause },
      );
    }
  }
}

/** An index in words, such as `events (conversationId, clientEventId), unique`. */
export function describeIndex({ collection, index }: MissingIndex): string {
  return `${collection} (${Object.keys(index.key).join(', ')})${index.unique ? ', unique' : ''}`;
}

function shapeOf({ key, unique }: { key: object; unique?: boolean }): string {
  return JSON.stringify([Object.entries(key), unique ?? false]);
}

/** The server's code for a collection that is not there. */
const NAMESPACE_NOT_FOUND = 26;

function unlessAbsent(error: unknown): [] {
  if ((error as { code?: unknown }).code === NAMESPACE_NOT_FOUND) return [];
  throw error;
}
