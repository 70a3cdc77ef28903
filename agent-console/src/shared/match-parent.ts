/**
 * For `text-align`: a text with `dir="auto"` takes its own direction, and is cut at its own end, but stays at the edge
 * where its column begins. Chromium and Safari know it by its prefixed name only; the last one known wins.
 */
export const MATCH_PARENT: ('start' | 'match-parent')[] = [
  '-webkit-match-parent' as 'match-parent',
  'match-parent',
];
