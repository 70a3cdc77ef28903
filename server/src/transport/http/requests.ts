import { parseInput } from '@alcove/protocol/schemas';
import express, { type Request, type Response } from 'express';
import type { z } from 'zod';
import { WIRE_LIMITS } from '@alcove/protocol';
import { DomainError } from '../../domain/domain-error.ts';

/** Reads bodies of JSON. Any other kind of body stays unread, and is refused by `parseBody`. */
export const jsonBody = express.json({ limit: WIRE_LIMITS.frameBytes, type: 'application/json' });

/**
 * Reads JSON that says it is plain text as well: what a page sends while it is being closed must need no preflight, and
 * only `text/plain` needs none.
 */
export const jsonOrTextBody = express.json({
  limit: WIRE_LIMITS.frameBytes,
  type: ['application/json', 'text/plain'],
});

/** @throws DomainError `invalid` or `too_large`, in words. */
export function parseBody<Value>(schema: z.ZodType<Value>, request: Request): Value {
  if (request.body === undefined) {
    throw new DomainError('invalid', 'Send a body of JSON, with Content-Type: application/json.');
  }
  return parse(schema, request.body);
}

/** @throws DomainError `invalid`, in words. */
export function parse<Value>(schema: z.ZodType<Value>, input: unknown): Value {
  const parsed = parseInput(schema, input);
  if (parsed.ok) return parsed.value;
  throw new DomainError(parsed.code, parsed.message);
}

/** @throws DomainError `unauthenticated` when there is none. */
export function bearerToken(request: Request): string {
  const match = /^Bearer ([\w.~+/-]+=*)$/i.exec(request.get('authorization') ?? '');
  if (match?.[1]) return match[1];
  throw new DomainError('unauthenticated', 'Send an access token: Authorization: Bearer …');
}

/** Names this request in answers and in the log. */
export function requestIdOf(response: Response): string {
  return String(response.locals['requestId'] ?? '');
}
