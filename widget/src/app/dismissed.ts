/** The teaser that the visitor put away: kept for all pages of this tab, since it must not come back on the next one. */
export interface Dismissed {
  id: string | null;
}

/** In memory alone where the browser lets nothing be stored. */
export function createDismissed(workspaceKey: string): Dismissed {
  const name = `alcove ${workspaceKey} dismissed`;
  let id: string | null = null;
  const attempt = (act: () => void) => {
    try {
      act();
    } catch {
      // Storage is denied.
    }
  };
  attempt(() => {
    id = sessionStorage.getItem(name);
  });
  return {
    get id() {
      return id;
    },
    set id(dismissed) {
      id = dismissed;
      attempt(() => sessionStorage.setItem(name, `${id}`));
    },
  };
}
