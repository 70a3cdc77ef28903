import { type Handshake, OLDEST_SUPPORTED_PROTOCOL } from '@alcove/protocol';
import { handshakeSchema, handshakeVersionSchema, parseInput } from '@alcove/protocol/schemas';
import type { ZodType } from 'zod';
import { DomainError } from '../../domain/domain-error.ts';

/**
 * Reads what a client says of itself when it connects.
 *
 * @throws DomainError `upgrade_required` for a client that is too old, before the rest is read, which may have had another
 * shape then; `invalid` in words otherwise.
 */
export function parseHandshake(
  auth: unknown,
  oldestSupported: number = OLDEST_SUPPORTED_PROTOCOL,
): Handshake {
  const { protocol } = parse(handshakeVersionSchema, auth);
  if (protocol < oldestSupported) {
    throw new DomainError(
      'upgrade_required',
      'This page runs an old version of the chat. Please reload it.',
    );
  }
  return parse(handshakeSchema, auth);
}

function parse<Value>(schema: ZodType<Value>, input: unknown): Value {
  const parsed = parseInput(schema, input);
  if (!parsed.ok) throw new DomainError(parsed.code, parsed.message);
  return parsed.value;
}
