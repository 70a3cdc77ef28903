/** Whether somebody has the conversation before their eyes, in whichever tab. */
export interface Attended {
  /** Whether it is so in this tab. */
  set(isHere: boolean): void;
  isAnywhere(): Promise<boolean>;
  close(): void;
}

/** Tabs tell each other by a shared lock, which a closed or crashed tab gives back by itself. Without locks (plain http) a tab knows of itself only. */
export function createAttended(name: string): Attended {
  let isHere = false;
  let release: (() => void) | undefined;
  const set = (value: boolean) => {
    if (value === isHere) return;
    isHere = value;
    release?.();
    release = undefined;
    if (!isHere) return;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    navigator.locks?.request(name, { mode: 'shared' }, () => held).catch(() => undefined);
  };
  return {
    set,
    async isAnywhere() {
      const locks = await navigator.locks?.query().catch(() => undefined);
      return isHere || !!locks?.held?.some((lock) => lock.name === name);
    },
    close: () => set(false),
  };
}
