import type { ConversationEvent, EventDraft } from '@alcove/protocol';
import { foldConversation, isVisibleTo, sideOf } from '@alcove/protocol';
import { detailsOf, placeEvent, saidOf } from '../event-details.ts';
import type { AppendRequest, AppendResult } from '../storage.ts';
import { StoreUnavailableError } from '../store-unavailable-error.ts';
import { toConversation } from './conversation-documents.ts';
import { toEvent } from './collections/events.ts';
import type { Models } from './collections.ts';
import type { ConversationDocument, EventDocument } from './documents.ts';
import { endWithin } from './driver-stalls.ts';
import { insert } from './insert.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import type { Rows } from './rows.ts';
import { isUnavailable } from './store-error.ts';
import { MOST_TRIES, pause } from './tries.ts';
import { createTurns } from './turns.ts';

export interface AppendParts {
  models: Models;
  rows: Rows;
  /** The database's time, as far as this process knows it. */
  databaseTime: () => Date;
}

export type Append = (workspaceId: string, request: AppendRequest) => Promise<AppendResult>;

/** The place was given to somebody else: look again. */
const TAKEN = 'taken';

/** Whoever asked is told after 5 s that nobody knows: a turn that comes later is not taken. */
const LONGEST_WAIT_MS = 4000;

/** What is unknown is asked again for so long. The last try may take 3 s more, and a command is answered within 5 s. */
const PATIENCE_MS = 1500;

/** A try that never ends must not stop the conversation. */
const LONGEST_MS = 20_000;

/**
 * Makes the one write to a log. An event is inserted under its place and under its actor's client id, both unique: that
 * decides, whatever this process or another believes meanwhile. A place is only ever asked for right behind an event
 * that a majority has, so no hole can come about.
 */
export function createAppend(parts: AppendParts): Append {
  const queue = createKeyedQueue();
  const tryOnce = createTry(parts);

  const appendNow: Append = async (workspaceId, request) => {
    const deadline = performance.now() + PATIENCE_MS;
    let isUnknown = false;
    for (let tries = 1; ; ) {
      try {
        const result = await tryOnce(workspaceId, request, isUnknown);
        if (result !== TAKEN) return result;
        if (tries === MOST_TRIES) throw contended();
        tries += 1;
      } catch (error) {
        // Nothing is known of what was asked: never "not stored".
        if (!isUnavailable(error) || performance.now() > deadline) throw error;
        isUnknown = true;
      }
      await pause();
    }
  };
  return (workspaceId, request) => {
    const askedAt = performance.now();
    return queue.run(`${workspaceId}/${request.conversationId}`, async () => {
      if (performance.now() - askedAt > LONGEST_WAIT_MS) throw tooLate();
      return await endWithin(LONGEST_MS, appendNow(workspaceId, request));
    });
  };
}

function createTry(parts: AppendParts) {
  const { models, rows, databaseTime } = parts;
  const findEarlier = createLook(parts);
  const turns = createTurns(parts);

  return async (
    workspaceId: string,
    request: AppendRequest,
    isUnknown: boolean,
  ): Promise<AppendResult | typeof TAKEN> => {
    const { conversationId, at, expectedSeq } = request;
    const turn = await turns.take(workspaceId, conversationId);
    if (turn === null) return { outcome: 'not_found' };
    const { row } = turn;

    if (expectedSeq !== undefined && row.appliedSeq > expectedSeq) {
      return (await findEarlier(workspaceId, request, isUnknown)) ?? { outcome: 'stale' };
    }
    const event = placeEvent(request, {
      seq: row.appliedSeq + 1,
      // The clock may have been set back.
      at: at > row.lastActivityAt ? at : row.lastActivityAt,
    });
    const document = toEventDocument(row, event, request.event, databaseTime());
    if (!(await insert(models.events, document))) {
      const [earlier] = await Promise.all([
        findEarlier(workspaceId, request, isUnknown),
        turns.want(document).catch(ignoreUnavailable),
      ]);
      return earlier ?? TAKEN;
    }
    // Stored, whatever comes now: a row that could not be folded is found behind, and mended.
    const after = await rows.fold(row, document).catch(ignoreUnavailable);
    if (after) turns.keep(turn, after);
    return { outcome: 'appended', event, visitorPrev: row.visitorSeq };
  };
}

/** Makes the function that finds what the actor did before under the same id. */
function createLook({ models, rows }: AppendParts) {
  return async (
    workspaceId: string,
    { conversationId, event }: AppendRequest,
    isUnknown: boolean,
  ): Promise<AppendResult | undefined> => {
    const { actor, clientEventId } = event;
    const author = { 'actor.kind': actor.kind, 'actor.id': actor.id };
    const earlier = await models.events
      .findOne({ conversationId, ...author, clientEventId, workspaceId })
      .lean();
    if (earlier === null) return undefined;
    // Its writer may have died before it came to the row.
    await rows.read(workspaceId, conversationId).catch(ignoreUnavailable);
    if (earlier.type !== event.type || earlier.said !== saidOf(clientEventId, detailsOf(event))) {
      return { outcome: 'id_conflict' };
    }
    const stored = toEvent(earlier, earlier.seq - 1);
    // It was this very call that stored it, most likely, and nobody was told yet. Telling twice does no harm.
    return isUnknown
      ? { outcome: 'appended', event: stored, visitorPrev: earlier.visitorPrev }
      : { outcome: 'duplicate', event: stored };
  };
}

function toEventDocument(
  row: ConversationDocument,
  event: ConversationEvent,
  draft: EventDraft,
  storedAt: Date,
): EventDocument {
  const { id, conversationId, seq, type, at, actor, via, clientEventId } = event;
  const details = detailsOf(draft);
  const isFromVisitor = type === 'message.created' && sideOf(actor) === 'visitor';
  return {
    _id: id,
    workspaceId: row.workspaceId,
    conversationId,
    seq,
    type,
    at,
    actor,
    via,
    clientEventId,
    details,
    said: saidOf(clientEventId, details),
    isVisible: isVisibleTo('visitor', type),
    visitorPrev: row.visitorSeq,
    messageCount: foldConversation(toConversation(row), event).messageCount,
    visitorMessageCount: row.visitorMessageCount + Number(isFromVisitor),
    amendedBy: 0,
    storedAt,
  };
}

function tooLate(): StoreUnavailableError {
  return new StoreUnavailableError('append', new Error('those before it took too long'));
}

function contended(): StoreUnavailableError {
  const text = `another process took the place ${MOST_TRIES} times in a row`;
  return new StoreUnavailableError('append', new Error(text));
}

function ignoreUnavailable(error: unknown): undefined {
  if (!isUnavailable(error)) throw error;
}
