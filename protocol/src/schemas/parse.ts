import type { z } from 'zod';
import type { ErrorCode } from '../errors.ts';

/** What a door makes of input: a value to believe, or the reason to refuse it. */
export type Parsed<Value> =
  | { ok: true; value: Value }
  | { ok: false; code: Extract<ErrorCode, 'invalid' | 'too_large'>; message: string };

/** Parses input of any kind. Never throws. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): Parsed<z.output<Schema>> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, code: codeOf(parsed.error), message: describeIssues(parsed.error) };
}

/** More would bury what to do first. */
const DESCRIBED_ISSUES = 3;

/** Says in sentences which fields are wrong and what to do, for example `since must be a whole number from 0 on.` */
export function describeIssues(error: z.ZodError): string {
  const sentences = error.issues.map((issue) => `${subjectOf(issue.path)} ${issue.message}.`);
  return [...new Set(sentences)].slice(0, DESCRIBED_ISSUES).join(' ');
}

function subjectOf(path: PropertyKey[]): string {
  if (path.length === 0) return 'The request';
  return path.reduce<string>((subject, key) => {
    if (typeof key === 'number') return `${subject}[${key}]`;
    return subject ? `${subject}.${String(key)}` : String(key);
  }, '');
}

/** `too_large` when size is all that is wrong: then a shorter text helps. */
function codeOf(error: z.ZodError): 'invalid' | 'too_large' {
  const isOnlyTooLarge = error.issues.every(
    (issue) => issue.code === 'custom' && issue.params?.code === 'too_large',
  );
  return isOnlyTooLarge ? 'too_large' : 'invalid';
}
