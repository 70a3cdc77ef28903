import { trusted } from 'mongoose';
import type { Models } from './collections.ts';
import { endWithin, LONGEST_END_MS } from './driver-stalls.ts';
import type { Rows } from './rows.ts';
import { isUnavailable } from './store-error.ts';

export interface SweepOptions {
  models: Models;
  rows: Rows;
  /** The database's time. Asked once per sweep. */
  readDatabaseTime: () => Promise<Date>;
  everyMs?: number;
}

/**
 * Looks regularly at what was stored lately, and folds the rows that do not account for it: their writers died between
 * the two. Most rows mend themselves before, since the same message is sent again; this finds the others.
 */
export interface Sweep {
  /** One look. Answers how many rows it mended. */
  once(): Promise<number>;
  close(): Promise<void>;
}

/** A row that is behind shows no message in the inbox: it should not be for long. */
const EVERY_MS = 10_000;

/** Processes estimate the database's time, each a little off; and a majority has an event later than its time says. */
const OVERLAP_MS = 20_000;

/** The first look of a process goes further back: what a majority got late, while there was none, was seen by nobody. */
const FIRST_OVERLAP_MS = 60 * 60_000;

/** Younger events are about to be folded by their own writers. */
const GRACE_MS = 2_000;

/** Rows of an hour in which everything went wrong are mended in less. */
const LONGEST_SWEEP_MS = 10 * 60_000;

export function startSweep({
  models,
  rows,
  readDatabaseTime,
  everyMs = EVERY_MS,
}: SweepOptions): Sweep {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let running: Promise<unknown> = Promise.resolve();
  let overlapMs = FIRST_OVERLAP_MS;

  const once = async () => {
    const upTo = new Date((await readDatabaseTime()).getTime() - GRACE_MS);
    const mark = await models.store.findOne({ _id: 'sweep' }).lean();
    const swept = mark !== null && 'sweptUpTo' in mark ? mark.sweptUpTo.getTime() : 0;
    // The database's clock may have been set back.
    const last = Math.min(swept, upTo.getTime());
    const from = new Date(last - overlapMs);
    // What is stored while the database fails may show late, too, and others move the mark.
    overlapMs = FIRST_OVERLAP_MS;
    const mended = await mendBetween({ models, rows, isClosed: () => isClosed }, { from, upTo });
    // What was not looked at is left to the next look.
    if (isClosed) return mended;
    // From the future it can only be when the clock was set back: then it would hide what comes until that time.
    const to =
      swept > upTo.getTime() ? { $set: { sweptUpTo: upTo } } : { $max: { sweptUpTo: upTo } };
    await models.store.updateOne({ _id: 'sweep' }, to, { upsert: true });
    overlapMs = OVERLAP_MS;
    return mended;
  };
  const sweepLater = () => {
    if (isClosed) return;
    // Nodes that start together should not look together.
    timer = setTimeout(
      () => {
        // While the database is away there is nothing to do; the next look makes up for this one.
        running = endWithin(LONGEST_SWEEP_MS, once()).then(sweepLater, sweepLater);
      },
      everyMs * (0.75 + Math.random() / 2),
    ).unref();
  };
  sweepLater();
  return {
    once,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      // It stops after the question that is under way.
      await endWithin(LONGEST_END_MS, running).catch(() => undefined);
    },
  };
}

/** Events are read, and conversations looked up, this many at a time. */
const BATCH = 500;

async function mendBetween(
  { models, rows, isClosed }: Pick<SweepOptions, 'models' | 'rows'> & { isClosed: () => boolean },
  { from, upTo }: { from: Date; upTo: Date },
): Promise<number> {
  let mended = 0;
  let heads = new Map<string, number>();
  const flush = async () => {
    const found = await models.conversations
      .find({ _id: trusted({ $in: [...heads.keys()] }) })
      .lean();
    const behind = found.filter((row) => row.appliedSeq < (heads.get(row._id) ?? 0));
    for (const row of behind) {
      if (isClosed()) return;
      await rows.mend(row).then(() => mended++, rethrowUnavailable);
    }
    heads = new Map();
  };
  const recent = models.events
    .find({ storedAt: trusted({ $gte: from, $lt: upTo }) }, { conversationId: 1, seq: 1 })
    // Nobody waits for it, and it has to come to its end, however much there is.
    .maxTimeMS(0)
    .batchSize(BATCH)
    .lean()
    .cursor();
  try {
    for await (const { conversationId, seq } of recent) {
      if (isClosed()) return mended;
      heads.set(conversationId, Math.max(seq, heads.get(conversationId) ?? 0));
      if (heads.size >= BATCH) await flush();
    }
  } finally {
    // Left early, it would stay open at the server.
    await recent.close().catch(() => undefined);
  }
  if (heads.size > 0) await flush();
  return mended;
}

/** A row that no fold can mend, since its log was changed by something else, stops nobody but who opens it. */
function rethrowUnavailable(error: unknown): void {
  if (isUnavailable(error)) throw error;
}
