/** FNV-1a, 32 bits: the same id gives the same number in every browser, so faces and names stay. */
export function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  // The last step of FNV mixes the low bits badly for ids that differ at the end only.
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
}
