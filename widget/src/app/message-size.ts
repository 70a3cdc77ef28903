import { WIRE_LIMITS } from '@alcove/protocol';

/** From here on the visitor is told how much is left. */
const TOLD_BYTES = WIRE_LIMITS.textBytes * 0.9;

/**
 * How many characters may still be added, negative when the text is too long; `undefined` while that is far away.
 *
 * The limit is in bytes, which mean nothing to people: they are counted in characters as wide as this text's are.
 */
export function charactersLeft(text: string): number | undefined {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes < TOLD_BYTES) return undefined;
  const left = ((WIRE_LIMITS.textBytes - bytes) * text.length) / bytes;
  return left < 0 ? Math.floor(left) : Math.trunc(left);
}
