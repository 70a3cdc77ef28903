/** Which teaser the visitor has put away, kept for all pages of this tab: it must not come back on the next one. */
export interface Dismissed {
  read(): string | null;
  write(message: string): void;
}

/** In memory where the browser lets nothing be stored. */
export function createDismissed(workspaceKey: string): Dismissed {
  const name = `alcove:${workspaceKey}:dismissed`;
  let dismissed: string | null = null;
  try {
    dismissed = sessionStorage.getItem(name);
  } catch {}
  return {
    read: () => dismissed,
    write(message) {
      dismissed = message;
      try {
        sessionStorage.setItem(name, message);
      } catch {}
    },
  };
}
