import { isDeepStrictEqual } from 'node:util';
import { isVisibleTo, sideOf } from '@alcove/protocol';
import type { Connection, Model } from 'mongoose';
import { trusted } from 'mongoose';
import { detailsOf } from '../event-details.ts';
import type {
  ConversationContents,
  CursorMove,
  PlainKind,
  PlainRecords,
  StoreCounts,
  StoreTarget,
} from '../store-contents.ts';
import { PLAIN_KINDS, rowOf } from '../store-contents.ts';
import { foldedFields, toConversation, toOpenedDocument } from './conversation-documents.ts';
import { cursorIdOf, moveIdOf, toCursor } from './collections/cursors.ts';
import { toEvent } from './collections/events.ts';
import { COLLECTION_NAMES, defineModels, type Models } from './collections.ts';
import { connect, describeAddress, readDatabaseTime, refusalOf } from './connection.ts';
import type {
  ConversationDocument,
  CursorDocument,
  CursorMoveDocument,
  EventDocument,
} from './documents.ts';
import { prepare } from './prepare.ts';
import { isUnavailable } from './store-error.ts';

/**
 * Opens a database to take over another store's contents.
 *
 * @throws Error in words for the operator.
 */
export async function writeMongoContents(url: string): Promise<StoreTarget> {
  const connection = await connect(url, { isPatient: true });
  const models = defineModels(connection);
  const inWords = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (cause) {
      if (!isUnavailable(cause)) throw cause;
      throw new Error(
        refusalOf(url, cause) ??
          `MongoDB at ${describeAddress(url)} stopped answering: ${(cause as Error).message}. What was moved stays there. Run the same command again once it answers: it goes on.`,
        { cause },
      );
    }
  };
  return {
    begin: (sourceId) => inWords(begin(connection, models, sourceId)),
    writePlain: (kind, records) =>
      inWords(replaceAll(models[kind] as unknown as Model<Keyed>, records.map(keyed))),
    read: (conversations) => inWords(readBack(models, conversations)),
    write: (conversations) => inWords(write(connection, models, conversations)),
    counts: () => inWords(countAll(models)),
    async finish(now) {
      const marking = models.store.updateOne({ _id: 'migration' }, { $set: { finishedAt: now } });
      await inWords(marking.exec());
    },
    close: () => connection.close(),
  };
}

async function begin(connection: Connection, models: Models, sourceId: string): Promise<void> {
  const migration = await models.store.findOne({ _id: 'migration' }).lean();
  if (migration !== null && 'source' in migration) {
    if (migration.source === sourceId && migration.finishedAt === null) {
      // They are written whole each time, and the source may have fewer by now.
      for (const kind of PLAIN_KINDS) await models[kind as 'agents'].deleteMany();
      return await prepare(connection);
    }
    const how = migration.finishedAt === null ? 'the beginning of another' : 'a finished';
    throw new Error(
      `The target holds ${how} migration already. Name a database that is empty, or drop this one if nobody needs what is in it.`,
    );
  }
  for (const name of COLLECTION_NAMES) {
    const some = await models[name as 'store'].findOne().lean();
    if (some === null) continue;
    throw new Error(
      `The target is not empty: it has "${name}". Name a database that is empty; two stores cannot be put together.`,
    );
  }
  // Before anything else: from here on no server opens it, until it is finished.
  await models.store.insertOne({ _id: 'migration', source: sourceId, finishedAt: null });
  await prepare(connection);
}

interface Keyed {
  _id: string;
}

function keyed(record: PlainRecords[PlainKind]): Keyed {
  if ('tokenHash' in record && 'familyId' in record) {
    const { tokenHash, ...session } = record;
    return { _id: tokenHash, ...session };
  }
  const { id, ...rest } = record;
  return { _id: id, ...rest };
}

async function replaceAll<Document extends Keyed>(
  model: Model<Document>,
  documents: readonly Document[],
): Promise<void> {
  if (documents.length === 0) return;
  const operations = documents.map((replacement) => ({
    replaceOne: { filter: { _id: replacement._id }, replacement, upsert: true },
  }));
  // Past Mongoose, as in `insert`: the documents are made here.
  await model.collection.bulkWrite(operations as never, { ordered: false });
}

async function write(
  connection: Connection,
  models: Models,
  conversations: readonly ConversationContents[],
): Promise<void> {
  const ids = conversations.map(({ opened }) => opened.id);
  const present = await models.conversations
    .find({ _id: trusted({ $in: ids }) }, { _id: 1 })
    .lean();
  // What was changed since an earlier run, or lost a part when that was killed.
  for (const { _id } of present) await remove(models, _id);
  const now = await readDatabaseTime(connection);
  // In the place of what a killed run may have left of a conversation whose row it had not come to.
  const documents = conversations.map((contents) => documentsOf(contents, now));
  await replaceAll(
    models.events,
    documents.flatMap(({ events }) => events),
  );
  await replaceAll(
    models.cursors,
    documents.flatMap(({ cursors }) => cursors),
  );
  await replaceAll(
    models.cursor_moves,
    documents.flatMap(({ moves }) => moves),
  );
  await replaceAll(
    models.conversations,
    documents.map(({ row }) => row),
  );
}

async function remove(models: Models, conversationId: string): Promise<void> {
  const below = (prefix: string) => ({ _id: trusted({ $gt: prefix, $lt: `${prefix}~` }) });
  await models.conversations.deleteOne({ _id: conversationId });
  await models.events.deleteMany(below(`${conversationId}:`));
  await models.cursors.deleteMany(below(`${conversationId}/`));
  await models.cursor_moves.deleteMany(below(`${conversationId}/`));
}

/** Rows come with what was moved: the sweep, which looks at what was stored lately, need not look at all of it. */
const MOVED_AT = new Date(0);

/** How one conversation is kept here. */
function documentsOf(contents: ConversationContents, now: Date) {
  const { workspaceId, opened } = contents;
  const counts = { messageCount: 0, visitorMessageCount: 0, visitorPrev: 0 };
  const events = contents.events.map(({ event, said }): EventDocument => {
    const { id, seq, type, at, actor, via, clientEventId } = event;
    const { visitorPrev } = counts;
    if (type === 'message.created') {
      counts.messageCount += 1;
      counts.visitorMessageCount += Number(sideOf(actor) === 'visitor');
    }
    const isVisible = isVisibleTo('visitor', type);
    if (isVisible) counts.visitorPrev = seq;
    return {
      _id: id,
      workspaceId,
      conversationId: opened.id,
      seq,
      type,
      at,
      actor,
      via,
      clientEventId,
      details: detailsOf(event),
      said,
      isVisible,
      visitorPrev,
      messageCount: counts.messageCount,
      visitorMessageCount: counts.visitorMessageCount,
      // The newest of its changes, or any above it: none of those will come once more.
      amendedBy: contents.events.length,
      storedAt: MOVED_AT,
    };
  });
  const row: ConversationDocument = {
    ...toOpenedDocument(workspaceId, opened),
    ...foldedFields(rowOf(contents)),
    visitorMessageCount: counts.visitorMessageCount,
    changedAt: events.length > 0 ? now : null,
  };
  return { row, events, cursors: cursorDocuments(contents), moves: moveDocuments(contents) };
}

function cursorDocuments({ workspaceId, opened, cursors }: ConversationContents): CursorDocument[] {
  const conversationId = opened.id;
  return cursors.map((cursor) => {
    const _id = cursorIdOf(conversationId, cursor.participant);
    return { _id, workspaceId, conversationId, ...cursor };
  });
}

function moveDocuments({ workspaceId, opened, moves }: ConversationContents): CursorMoveDocument[] {
  return moves.map(({ participant, reach, seq, at }) => {
    const _id = moveIdOf(cursorIdOf(opened.id, participant), reach, seq);
    return { _id, workspaceId, at };
  });
}

async function readBack(
  models: Models,
  conversations: readonly ConversationContents[],
): Promise<Map<string, ConversationContents>> {
  const ids = conversations.map(({ opened }) => opened.id);
  const rows = await models.conversations.find({ _id: trusted({ $in: ids }) }).lean();
  const found = rows.map(async (row): Promise<[string, ConversationContents] | undefined> => {
    const below = (prefix: string) => ({ _id: trusted({ $gt: prefix, $lt: `${prefix}~` }) });
    const [events, cursors, moves] = await Promise.all([
      models.events
        .find(below(`${row._id}:`))
        .sort({ _id: 1 })
        .lean(),
      models.cursors.find(below(`${row._id}/`)).lean(),
      models.cursor_moves.find(below(`${row._id}/`)).lean(),
    ]);
    const contents: ConversationContents = {
      workspaceId: row.workspaceId,
      opened: toConversation(row),
      events: events.map((event) => ({ event: toEvent(event, event.seq - 1), said: event.said })),
      cursors: cursors.map(toCursor),
      moves: moves.map(toMove),
    };
    // A row that its log does not make is as good as none.
    const isWhole = isDeepStrictEqual(rowOf(contents), toConversation(row));
    return isWhole ? [row._id, contents] : undefined;
  });
  return new Map((await Promise.all(found)).filter((one) => one !== undefined));
}

function toMove({ _id, at }: CursorMoveDocument): CursorMove {
  const [, kind = '', id = '', place = ''] = _id.split('/');
  const [reach, seq] = place.split(':');
  const participant = { kind, id } as CursorMove['participant'];
  return { participant, reach: reach as CursorMove['reach'], seq: Number(seq), at };
}

async function countAll(models: Models): Promise<StoreCounts> {
  const kinds = [...PLAIN_KINDS, 'conversations', 'events'] as const;
  const counts = await Promise.all(
    kinds.map(async (kind) => [kind, await models[kind as 'store'].countDocuments()]),
  );
  return Object.fromEntries(counts) as StoreCounts;
}
