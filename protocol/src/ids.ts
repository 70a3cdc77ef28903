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
const TIME_CHARACTERS = 10;
const RANDOM_CHARACTERS = 16;

/**
 * Makes an id, for example `cv_01j9x0…`: a ULID (48 bits of time in milliseconds, 80 random bits) in lower case behind its prefix.
 *
 * What is made at one time so lies side by side in an index. Nothing relies on their order: clocks differ.
 *
 * Uses `crypto.getRandomValues`, since `crypto.randomUUID` is missing on pages served over plain http.
 */
export function createId(prefix: IdPrefix): string {
  let time = Date.now();
  let id = '';
  for (const byte of crypto.getRandomValues(new Uint8Array(RANDOM_CHARACTERS)))
    id += ALPHABET[byte & 31];
  for (let count = TIME_CHARACTERS; count > 0; count -= 1) {
    id = ALPHABET[time % 32] + id;
    time = Math.floor(time / 32);
  }
  return `${prefix}_${id}`;
}

/** Digits of `seq` in an event id, so that ids of one conversation sort like their `seq`. */
const SEQ_DIGITS = 10;

/** The id of an event (a message's id is one) follows from its place: `<conversationId>:<seq, zero-padded>`. */
export function eventIdOf(conversationId: string, seq: number): string {
  return `${conversationId}:${String(seq).padStart(SEQ_DIGITS, '0')}`;
}
