/** What an id stands for; it is the id's prefix, so that a log line or a bug report explains itself. */
export type IdPrefix =
  | 'ws' // workspace
  | 'wk' // a workspace's public key
  | 'ac' // account
  | 'ag' // agent
  | 'vi' // visitor
  | 'co' // contact
  | 'cv' // conversation
  | 'in' // invitation
  | 'se' // session
  | 'cl'; // a client's own ids: events, messages, conversations

/** Crockford's base 32 in lower case: no `i l o u`, safe to read aloud and in any URL. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const RANDOM_CHARACTERS = 24;

/**
 * Makes an id of 120 random bits, for example `cv_4k1n…`.
 *
 * Uses `crypto.getRandomValues`, since `crypto.randomUUID` is missing on pages served over plain http.
 */
export function createId(prefix: IdPrefix): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_CHARACTERS));
  let id = `${prefix}_`;
  for (const byte of bytes) id += ALPHABET[byte & 31];
  return id;
}

/** Digits of `seq` in an event id, so that ids of one conversation sort like their `seq`. */
const SEQ_DIGITS = 10;

/** The id of an event (a message's id is one) follows from its place: `<conversationId>:<seq, zero-padded>`. */
export function eventIdOf(conversationId: string, seq: number): string {
  return `${conversationId}:${String(seq).padStart(SEQ_DIGITS, '0')}`;
}
