/** One or two letters for a face: those of the first and the last word. Whole characters, also outside the basic plane. */
export function initialsOf(name: string): string {
  // Of an e-mail address only the person's part says anything.
  const [person = ''] = name.split('@');
  const words = person.split(/[\s._-]+/u).filter((word) => /\p{L}|\p{N}/u.test(word));
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return `${firstCharacter(first)}${firstCharacter(last)}`.toLocaleUpperCase();
}

function firstCharacter(word: string | undefined): string {
  return [...(word ?? '')].find((character) => /\p{L}|\p{N}/u.test(character)) ?? '';
}
