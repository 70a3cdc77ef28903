/** Hues of the palette in `talk.css`. */
const HUES = 8;

/** The place of somebody's colour in the palette. Hashes as the console does, so that a person keeps one colour. */
export function hueOf(id: string): number {
  // FNV-1a with a last mix, for ids that differ at the end only.
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0) % HUES;
}
