/** The keys that take the last act back, as this machine calls them. */
export function undoKeys(): readonly string[] {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? ['⌘', 'Z'] : ['Ctrl', 'Z'];
}
