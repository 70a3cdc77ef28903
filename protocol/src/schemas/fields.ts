import { z } from 'zod';
import { WIRE_LIMITS } from '../limits.ts';

/*
 * The leaves of every schema. A message is the end of a sentence whose subject `describeIssues` adds, which is the
 * field: "content.text" + "must not be blank". Nothing here echoes what was sent, since it may be a secret, with the
 * exception of an origin.
 */

/** Says `is missing` for what is not there, and `expectation` for what is something else. */
export function expected(expectation: string) {
  return (issue: { input?: unknown }) => (issue.input === undefined ? 'is missing' : expectation);
}

/** The same for a union whose members one field tells apart: `expectation` is about that field. */
export function expectedKind(expectation: string) {
  return (issue: { code?: string; input?: unknown }) =>
    issue.code === 'invalid_union' ? expectation : expected('must be an object')(issue);
}

/** An object; keys that the schema does not know are dropped, so that a newer client may send more. */
export function object<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.object(shape, { error: expected('must be an object') });
}

/** A list. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.array(item, { error: expected('must be a list') });
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: expected(`must be one of: ${words.join(', ')}`) });
}

/** Exactly this value. */
export function exactly<const Value extends string | true | false>(value: Value) {
  return z.literal(value, { error: expected(`must be ${JSON.stringify(value)}`) });
}

/** An object of optional fields, at least one of which has to be there. */
export function atLeastOneOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return object(shape).refine(
    (value) => Object.values(value).some((field) => field !== undefined),
    { error: `must have at least one of: ${Object.keys(shape).join(', ')}` },
  );
}

const LONE_SURROGATE = /\p{Surrogate}/u;

const string = z
  .string({ error: expected('must be a string') })
  .refine((text) => !LONE_SURROGATE.test(text), {
    error: 'contains half of a character: send well-formed Unicode',
    abort: true,
  });

/** Whatever the server says in words. */
export const sentence = string;

/** `true` or `false`. */
export const flag = z.boolean({ error: expected('must be true or false') });

/** A count or a `seq`, from `min` on. Safe integers only, so that nothing is rounded on its way. */
export function wholeNumber(min = 0, max = Number.MAX_SAFE_INTEGER) {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
  const error = expected(`must be a whole number ${range}`);
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** A moment in UTC, ISO 8601. */
export const moment = z.iso.datetime({
  error: expected('must be a time such as 2030-01-31T09:30:00.000Z'),
});

/** An id that the server made. It starts with a letter or digit, so no key such as `__proto__` can pass for one. */
export const idSchema = z
  .string({ error: expected('must be an id, a string') })
  .regex(/^[a-z0-9][a-z0-9_:-]{0,63}$/, {
    error: `must be an id: at most ${WIRE_LIMITS.idLength} of the characters a-z 0-9 _ : -`,
  });

/** An id that a client made. Upper case and dots are welcome, since clients bring their own generators. */
export const clientIdSchema = z
  .string({ error: expected('must be an id of your own, a string') })
  .regex(/^[A-Za-z0-9][A-Za-z0-9_:.-]{0,63}$/, {
    error: `must be an id of your own: at most ${WIRE_LIMITS.clientIdLength} of the characters A-Z a-z 0-9 _ : . -`,
  });

/** A token or cursor whose inside is nobody's business. */
export function opaque(maxLength: number) {
  return string
    .min(1, { error: 'must not be empty' })
    .max(maxLength, { error: `must be at most ${maxLength} characters long` });
}

/** An access or refresh token, or an invitation's. */
export const tokenSchema = opaque(WIRE_LIMITS.tokenLength);

/** A place in a list. */
export const listCursorSchema = opaque(WIRE_LIMITS.listCursorLength);

/** Nothing in it would be seen: only spaces, control and invisible characters. */
const BLANK = /^[\p{White_Space}\p{Control}\p{Default_Ignorable_Code_Point}]*$/u;

const utf8 = new TextEncoder();

/** A code unit becomes three bytes at most: nearly every text is seen to be short enough without encoding it. */
function fitsInto(bytes: number, text: string): boolean {
  return text.length * 3 <= bytes || utf8.encode(text).length <= bytes;
}

/** A message's text, taken as it is: joiners and direction marks matter in many languages and in emoji. */
export const textSchema = string
  .refine((text) => !BLANK.test(text), { error: 'must not be blank: write something' })
  .refine((text) => fitsInto(WIRE_LIMITS.textBytes, text), {
    error: `is too long: at most ${WIRE_LIMITS.textBytes} bytes (8 KB) fit into one message, so split it`,
    params: { code: 'too_large' },
  });

/** Control characters, and the invisible ones that turn the direction of what follows them. Joiners stay. */
const UNFIT_FOR_A_LINE = /[\p{Control}\u202A-\u202E\u2066-\u2069]/gu;

/** One line of text: what breaks a line or turns its direction is taken out, runs of spaces become one. */
function toLine(text: string): string {
  return text.replace(/\s/gu, ' ').replace(UNFIT_FOR_A_LINE, '').replace(/ +/gu, ' ').trim();
}

/** The name of a person or a workspace. */
export const nameSchema = string
  .transform(toLine)
  .refine((name) => !BLANK.test(name), { error: 'must not be blank' })
  .refine((name) => name.length <= WIRE_LIMITS.nameLength, {
    error: `must be at most ${WIRE_LIMITS.nameLength} characters long`,
  });

/** The form in which an address is kept and compared. */
export function normaliseEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

/** Not all of RFC 5322: no quoting, no comments, nothing that could end one address and begin another. */
const EMAIL = /^[^\s\p{Other}@"(),:;<>[\]\\]{1,64}@[^\s\p{Other}@"(),:;<>[\]\\]{1,253}$/u;

/** An e-mail address, trimmed and in lower case. */
export const emailSchema = string
  .transform(normaliseEmail)
  .refine((email) => email.length <= WIRE_LIMITS.emailLength && EMAIL.test(email), {
    error: 'must be an e-mail address such as name@example.com',
  });

/** A password as somebody types it to sign in. Composed the same way on every keyboard (NIST SP 800-63B: NFKC). */
export const passwordSchema = opaque(WIRE_LIMITS.passwordLength.max).transform((password) =>
  password.normalize('NFKC'),
);

/** A password that somebody chooses. */
export const newPasswordSchema = string
  .min(WIRE_LIMITS.passwordLength.min, {
    error: `must be at least ${WIRE_LIMITS.passwordLength.min} characters long`,
  })
  .pipe(passwordSchema);

/** `#rrggbb`, in lower case. */
export const colourSchema = z
  .string({ error: expected('must be a colour such as #0b6b62') })
  .regex(/^#[\da-f]{6}$/i, { error: 'must be a colour such as #0b6b62' })
  .transform((colour) => colour.toLowerCase());

/** Where a visitor is. A long address or title is cut, since half of it still says where. */
export const pageSchema = object({
  url: string.transform((url, context) => {
    const parsed = URL.parse(url);
    if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
      context.addIssue({ code: 'custom', message: 'must be an address with http:// or https://' });
      return z.NEVER;
    }
    // `https://name:password@…`: nobody else's secret belongs into a support inbox.
    parsed.username = '';
    parsed.password = '';
    return parsed.href.slice(0, WIRE_LIMITS.urlLength);
  }),
  title: string.transform((title) => cut(toLine(title), WIRE_LIMITS.titleLength)),
});

/** The page as an aside of something else: an unusable one (`file:`, an app's own scheme) must not keep a visitor out. */
export const asidePageSchema = pageSchema.optional().catch(undefined);

/** The first `length` code units at most, without half a surrogate pair at the end. */
function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/\p{Surrogate}$/u, '');
}

/** A BCP 47 language tag; some browsers report things that are none, and these say nothing. */
export const asideLocaleSchema = z
  .string()
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,6}$/)
  .optional()
  .catch(undefined);

const ORIGIN_HINT = 'write it like https://shop.example or https://*.shop.example';

/**
 * An origin on which the widget may run, in the form in which browsers send it. Both `https:` and `http:`, since the widget
 * also serves sites without TLS; a port where it is not the usual one; `*.` stands for one or more labels and needs a
 * domain of at least two labels behind it (or `localhost`), so that nobody allows a whole top-level domain.
 */
export const originSchema = string.transform((origin, context) => {
  const normal = toOrigin(origin);
  if (normal !== undefined) return normal;
  context.addIssue({
    code: 'custom',
    message: `must be an origin without a path: ${ORIGIN_HINT}, not ${JSON.stringify(origin.slice(0, 100))}`,
  });
  return z.NEVER;
});

function toOrigin(origin: string): string | undefined {
  const match = /^(https?:\/\/)(\*\.)?([^/*?#@\s]+)\/?$/i.exec(origin.trim());
  if (!match) return undefined;
  const [, scheme = '', wildcard = '', host = ''] = match;
  const parsed = URL.parse(scheme + host);
  if (!parsed || parsed.pathname !== '/') return undefined;
  if (wildcard && !isDomain(parsed.hostname)) return undefined;
  return `${parsed.protocol}//${wildcard}${parsed.host}`;
}

/** Whether `*.` makes sense before it. The last label of a domain is never a number, unlike an address's. */
function isDomain(hostname: string): boolean {
  return hostname === 'localhost' || /^([a-z0-9-]+\.)+[a-z][a-z0-9-]*$/.test(hostname);
}
