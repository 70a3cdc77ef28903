/** What must stand in no log and no metric, by how it looks. */
const SHAPES: Record<string, RegExp> = {
  'an access token': /eyJ[\w-]+\.[\w-]+\.[\w-]+/,
  // 32 random bytes: refresh tokens, keys, links of invitations. No word of ours is as long.
  'a secret': /(?<![\w/+-])[A-Za-z0-9_-]{43}(?![\w/+-])/,
  'an e-mail address': /[\w.-]+@[\w-]+\.[a-z]{2,}/,
};

/** Says which secrets stand in these texts, each kind once. @param planted words that were said on purpose. */
export function findSecrets(texts: Iterable<string>, planted: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const text of texts) {
    for (const word of planted) {
      if (text.includes(word)) found.set(`"${word}"`, text);
    }
    for (const [kind, shape] of Object.entries(SHAPES)) {
      if (shape.test(text)) found.set(kind, text);
    }
  }
  return [...found].map(([what, text]) => `${what} stands in: ${text.slice(0, 300)}`);
}
