import type { Model } from 'mongoose';
import { MAX_TIME_MS } from './connection.ts';
import { isTaken } from './store-error.ts';

/**
 * Inserts a document unless its place is taken: then it answers `false`, and nothing was written. The one thing that
 * correctness rests on.
 *
 * Past Mongoose's casting: documents are made here and typed, and a hydrated one costs three times the CPU.
 */
export async function insert<Document extends { _id: string }>(
  model: Model<Document>,
  document: Document,
): Promise<boolean> {
  try {
    // The driver's type leaves room for an `_id` that it makes by itself; ours has one.
    await model.collection.insertOne(document as never, { maxTimeMS: MAX_TIME_MS });
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
}
