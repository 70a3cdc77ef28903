import type { ConnectionTimes } from '../client.ts';
import type { HistoryEntry } from '../history.ts';

/** Something that took so long, from a moment on; both in milliseconds. */
export interface Timing {
  at: number;
  ms: number;
}

/** How long each message took from being handed over to being acknowledged, repeats and pauses included. */
export function ackTimings(history: readonly HistoryEntry[]): Timing[] {
  const invokedAt = new Map<string, number>();
  const timings: Timing[] = [];
  for (const entry of history) {
    if (entry.type !== 'invoke' && entry.type !== 'ok') continue;
    const message = `${entry.client} ${entry.id}`;
    const at = invokedAt.get(message);
    if (entry.type === 'invoke') invokedAt.set(message, at ?? entry.t);
    else if (at !== undefined) timings.push({ at, ms: entry.t - at });
  }
  return timings;
}

/**
 * How long each event took to each of those who follow its conversation, from the first moment at which anybody knew of it. What
 * somebody never got lasts until the end of the history.
 */
export function arrivalTimings(history: readonly HistoryEntry[]): Timing[] {
  const endedAt = history.at(-1)?.t ?? 0;
  const conversations = new Map<string, ConversationTimes>();
  for (const entry of history) {
    if (entry.type !== 'ok' && entry.type !== 'apply') continue;
    const { conversation, seq, client, t } = entry;
    if (conversation === undefined || seq === undefined) continue;
    const times = conversations.get(conversation) ?? { knownAt: new Map(), readers: new Map() };
    conversations.set(conversation, times);
    if (!times.knownAt.has(seq)) times.knownAt.set(seq, t);
    if (entry.type !== 'apply') continue;
    const reader = times.readers.get(client) ?? { since: t, appliedAt: new Map() };
    times.readers.set(client, reader);
    if (!reader.appliedAt.has(seq)) reader.appliedAt.set(seq, t);
  }
  return [...conversations.values()].flatMap(({ knownAt, readers }) =>
    [...readers.values()].flatMap(({ since, appliedAt }) =>
      [...knownAt].flatMap(([seq, at]) =>
        // What was there before is read with the page that a reader begins with.
        at < since ? [] : [{ at, ms: (appliedAt.get(seq) ?? endedAt) - at }],
      ),
    ),
  );
}

interface ConversationTimes {
  /** By `seq`. */
  knownAt: Map<number, number>;
  readers: Map<string, { since: number; appliedAt: Map<number, number> }>;
}

/** How long a client was away each time: from the loss of its connection to its next hello. */
export function absences({ lostAt, onlineAt }: ConnectionTimes): number[] {
  return lostAt.flatMap((left) => {
    const back = onlineAt.find((at) => at > left);
    return back === undefined ? [] : [back - left];
  });
}

/** Of what began between two moments: how long each took. */
export function between(timings: readonly Timing[], from: number, to = Infinity): number[] {
  return timings.flatMap(({ at, ms }) => (at >= from && at < to ? [ms] : []));
}

/** The longest, 0 if there is none. */
export function longest(timesMs: readonly number[]): number {
  // Not `Math.max(...)`: there may be more than a call can take.
  return timesMs.reduce((most, ms) => Math.max(most, ms), 0);
}
