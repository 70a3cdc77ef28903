/** Whether this browser's visitor wants no sound; in all tabs and on later visits. */
export interface Muted {
  value: boolean;
}

/** In memory alone where the browser lets nothing be stored. */
export function createMuted(workspaceKey: string): Muted {
  const name = `alcove ${workspaceKey} muted`;
  let isMuted = false;
  return {
    get value() {
      try {
        // Asked each time: it may have been changed in another tab.
        isMuted = name in localStorage;
      } catch {
        // Storage is denied.
      }
      return isMuted;
    },
    set value(wanted) {
      isMuted = wanted;
      try {
        if (wanted) localStorage.setItem(name, '1');
        else localStorage.removeItem(name);
      } catch {
        // Storage is denied.
      }
    },
  };
}
