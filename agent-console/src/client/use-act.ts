import { useState } from 'react';
import { reasonOf } from './reason.ts';

/** Something that a person does and that may fail. */
export interface Act {
  isBusy: boolean;
  /** Why the last try failed, in words. */
  failure: string | null;
  /** Does it, unless it is being done. Never rejects; answers whether it worked. */
  run(work: () => Promise<unknown>): Promise<boolean>;
  clear(): void;
}

/** One act at a time, with what came of it. */
export function useAct(): Act {
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  return {
    isBusy,
    failure,
    clear: () => setFailure(null),
    async run(work) {
      if (isBusy) return false;
      setIsBusy(true);
      setFailure(null);
      try {
        await work();
        return true;
      } catch (error) {
        setFailure(reasonOf(error));
        return false;
      } finally {
        setIsBusy(false);
      }
    },
  };
}
