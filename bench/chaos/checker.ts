import type { Final, HistoryEntry, ShownItem } from './history.ts';
import { toShownItems } from './shown-lines.ts';
import type { StoredEvent, StoredLog } from './stored-log.ts';

/** The promises of the delivery guarantee, each as the number of times it was broken. */
export const BREACHES = ['lost', 'dup', 'holes', 'reorder', 'diverged', 'phantom'] as const;

/**
 * `lost`: acknowledged, and not stored. `dup`: stored, or shown, twice under one client id. `holes`: the numbers of a log
 * are not 1..n, or its conversation's row does not account for all of them. `reorder`: a number, or a time, goes down where
 * it must rise, or two messages of one sender changed places. `diverged`: once all is quiet, a client shows something
 * else than is stored. `phantom`: shown, or acknowledged at a place, that the store knows nothing of.
 */
export type Breach = (typeof BREACHES)[number];

/** What the checker found. */
export interface Verdict extends Record<Breach, number> {
  /** The first few of each, in words. */
  examples: Record<Breach, string[]>;
  /** How much there was to check: zeros of an empty history prove nothing. */
  counts: { invoked: number; acked: number; unknown: number; applied: number; stored: number };
}

const EXAMPLES = 5;

/** Compares what clients did and saw with what is stored. A time-out (`info`) may have been stored or not, but never twice. */
export function check(histories: readonly HistoryEntry[], logs: readonly StoredLog[]): Verdict {
  const verdict = emptyVerdict();
  const found = (breach: Breach, example: string) => {
    verdict[breach]++;
    if (verdict.examples[breach].length < EXAMPLES) verdict.examples[breach].push(example);
  };
  const store = indexStore(logs);
  verdict.counts.stored = logs.reduce((sum, { events }) => sum + events.length, 0);
  checkLogs(logs, found);
  checkSends(histories, store, { found, counts: verdict.counts });
  checkApplied(histories, store, { found, counts: verdict.counts });
  for (const entry of histories) {
    if (entry.type === 'final') checkFinal(entry, store, found);
  }
  return verdict;
}

/** Whether all six numbers are 0. */
export function isSpotless(verdict: Verdict): boolean {
  return BREACHES.every((breach) => verdict[breach] === 0);
}

type Found = (breach: Breach, example: string) => void;

interface Findings {
  found: Found;
  counts: Verdict['counts'];
}

interface Place {
  conversation: string;
  event: StoredEvent;
}

interface StoreIndex {
  logs: Map<string, StoredLog>;
  places: Map<string, Map<number, StoredEvent>>;
  byClientId: Map<string, Place[]>;
}

function emptyVerdict(): Verdict {
  const zeros = Object.fromEntries(BREACHES.map((breach) => [breach, 0]));
  const examples = Object.fromEntries(BREACHES.map((breach) => [breach, [] as string[]]));
  const counts = { invoked: 0, acked: 0, unknown: 0, applied: 0, stored: 0 };
  return {
    ...(zeros as Record<Breach, number>),
    examples: examples as Verdict['examples'],
    counts,
  };
}

function indexStore(logs: readonly StoredLog[]): StoreIndex {
  const index: StoreIndex = { logs: new Map(), places: new Map(), byClientId: new Map() };
  for (const log of logs) {
    index.logs.set(log.id, log);
    index.places.set(log.id, new Map(log.events.map((event) => [event.seq, event])));
    for (const event of log.events) {
      const places = index.byClientId.get(event.clientEventId) ?? [];
      places.push({ conversation: log.id, event });
      index.byClientId.set(event.clientEventId, places);
    }
  }
  return index;
}

/** Each log by itself: 1..n, each act once, time never back. */
function checkLogs(logs: readonly StoredLog[], found: Found): void {
  const acts = new Set<string>();
  for (const { id, appliedSeq, events } of logs) {
    let before: StoredEvent | undefined;
    for (const event of events) {
      const wanted = (before?.seq ?? 0) + 1;
      if (event.seq !== wanted)
        found('holes', `${id}: ${event.seq} stands where ${wanted} belongs`);
      if (before && event.at < before.at) {
        found('reorder', `${id}: ${event.seq} is of ${event.at}, before ${before.at}`);
      }
      const act = `${event.actor.kind} ${event.actor.id} ${event.clientEventId}`;
      if (acts.has(act)) found('dup', `${id}: ${event.seq} is a second ${event.clientEventId}`);
      acts.add(act);
      before = event;
    }
    const last = before?.seq ?? 0;
    if (appliedSeq !== last)
      found('holes', `${id}: the row is at ${appliedSeq}, the log at ${last}`);
  }
}

/** Each message that was handed over: acknowledged is stored, and in the order of handing over. */
function checkSends(
  histories: readonly HistoryEntry[],
  store: StoreIndex,
  { found, counts }: Findings,
): void {
  const newest = new Map<string, { seq: number; id: string }>();
  for (const entry of histories) {
    if (entry.type === 'info') counts.unknown++;
    if (entry.type === 'ok') checkAck(entry, store, { found, counts });
    if (entry.type !== 'invoke') continue;
    counts.invoked++;
    const place = store.byClientId.get(entry.id)?.[0];
    if (entry.isRepeat || !place) continue;
    const lane = `${entry.client} ${place.conversation}`;
    const before = newest.get(lane);
    const { seq } = place.event;
    if (before && seq < before.seq) {
      found(
        'reorder',
        `${entry.client} sent ${before.id} (${before.seq}) before ${entry.id} (${seq})`,
      );
    } else newest.set(lane, { seq, id: entry.id });
  }
}

function checkAck(
  { client, id, conversation, seq }: HistoryEntry & { type: 'ok' },
  store: StoreIndex,
  { found, counts }: Findings,
): void {
  counts.acked++;
  const places = store.byClientId.get(id);
  if (!places) {
    found('lost', `${client}: ${id} was acknowledged and is not stored`);
    return;
  }
  const isThere = places.some(
    (place) =>
      (conversation === undefined || place.conversation === conversation) &&
      (seq === undefined || place.event.seq === seq),
  );
  if (!isThere) found('phantom', `${client}: ${id} was acknowledged at ${conversation} ${seq}`);
}

/** What came onto screens, in the order in which it came. */
function checkApplied(
  histories: readonly HistoryEntry[],
  store: StoreIndex,
  { found, counts }: Findings,
): void {
  const newest = new Map<string, number>();
  for (const entry of histories) {
    if (entry.type !== 'apply' && entry.type !== 'reset') continue;
    const reader = `${entry.client} ${entry.conversation}`;
    if (entry.type === 'reset') {
      newest.delete(reader);
      continue;
    }
    counts.applied++;
    const { seq, id } = entry;
    const before = newest.get(reader) ?? 0;
    if (seq === before) found('dup', `${reader}: ${seq} was applied twice`);
    if (seq < before) found('reorder', `${reader}: ${seq} was applied after ${before}`);
    newest.set(reader, Math.max(seq, before));
    if (store.places.get(entry.conversation)?.get(seq)?.clientEventId !== id) {
      found('phantom', `${reader}: ${seq} was shown as ${id}, and is not stored as that`);
    }
  }
}

/** What a screen shows at the end against what is stored for its reader. */
function checkFinal(final: Final & { client: string }, store: StoreIndex, found: Found): void {
  const { client, conversation, side, have, from, items } = final;
  const reader = `${client} ${conversation}`;
  const visible = (store.logs.get(conversation)?.events ?? []).filter(
    ({ isVisible }) => side === 'team' || isVisible,
  );
  const head = visible.at(-1)?.seq ?? 0;
  if (have !== head) found('diverged', `${reader}: has ${have}, the log ends at ${head}`);

  const wanted = toShownItems(
    visible.filter(({ seq }) => seq > from).map((event) => ({ ...event, ...event.details })),
  );
  const difference = firstDifference(items, wanted);
  if (difference) found('diverged', `${reader}: ${difference}`);

  const ids = new Set<string>();
  for (const [seq, id] of items) {
    if (ids.has(id)) found('dup', `${reader}: ${id} is shown twice`);
    ids.add(id);
    if (store.places.get(conversation)?.get(seq)?.clientEventId !== id) {
      found('phantom', `${reader}: shows ${id} at ${seq}, and it is not stored there`);
    }
  }
}

function firstDifference(
  shown: readonly ShownItem[],
  wanted: readonly ShownItem[],
): string | undefined {
  for (let at = 0; at < Math.max(shown.length, wanted.length); at++) {
    const [left, right] = [shown[at]?.join(' '), wanted[at]?.join(' ')];
    if (left !== right) return `shows ${left ?? 'nothing'} where ${right ?? 'nothing'} is stored`;
  }
  return undefined;
}
