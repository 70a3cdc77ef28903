import { createHash } from 'node:crypto';
import type { ConversationEvent, EventDraft } from '@alcove/protocol';
import { eventIdOf } from '@alcove/protocol';
import type { AppendRequest } from './storage.ts';

/** The event that a draft becomes at its place in the log. */
export function placeEvent(
  { conversationId, event: draft }: AppendRequest,
  { seq, at }: Pick<ConversationEvent, 'seq' | 'at'>,
): ConversationEvent {
  const { kind, id } = draft.actor;
  const place = { id: eventIdOf(conversationId, seq), conversationId, seq, prev: seq - 1, at };
  return { ...draft, ...place, actor: { kind, id } };
}

/** What an event of its type has beside what every event has; keys sorted, so that equal details are equal as JSON. */
export function detailsOf(event: ConversationEvent | EventDraft): Record<string, unknown> {
  const details: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(event)) {
    if (!COMMON_KEYS.has(key) && value !== undefined) details[key] = value;
  }
  return sorted(details);
}

const COMMON_KEYS: ReadonlySet<string> = new Set<keyof ConversationEvent>([
  'id',
  'conversationId',
  'seq',
  'prev',
  'at',
  'type',
  'actor',
  'via',
  'clientEventId',
]);

/**
 * A fingerprint of what an act says, equal for its repeats: by which door it came (`via`) and what its author's clock
 * showed may differ between two tries. The client id in it keeps fingerprints of the same words apart.
 *
 * Every engine makes the same one: it outlives the words of a message that was changed, and goes along when the data is
 * moved to another engine.
 *
 * @param details as `detailsOf` leaves them.
 */
export function saidOf(clientEventId: string, details: Readonly<Record<string, unknown>>): string {
  const { writtenAt: _writtenAt, ...said } = details;
  return createHash('sha256')
    .update(`${clientEventId}\n${JSON.stringify(said)}`)
    .digest('base64url');
}

function sorted<Value>(value: Value): Value;
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}
