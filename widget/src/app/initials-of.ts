/** The first letters of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letter = (word = '') => [...word][0] ?? '';
  return (letter(words[0]) + letter(words.slice(1).at(-1))).toUpperCase();
}
