import type { Logger } from 'pino';
import type { LonelyNodes } from '../../storage/storage.ts';
import { createListeners } from '../listeners.ts';

/** Whether another node cannot hear this one, which by itself would never notice. */
export interface Others {
  isAnyAlone(): boolean;
  onChange(listener: (isAnyAlone: boolean) => void): () => void;
  /** This node has just been cut off, or is back. */
  look(): void;
  close(): void;
}

/** So many looks in a row that show nobody: whoever is alone may be held up by the store now and then. */
const CALM_LOOKS = 10;

/**
 * A node that is cut off from Redis says so in the store, where it goes on writing; the others look there, and know that
 * they miss what is said by it. A node that was killed says nothing, and nobody misses anything of it.
 */
export function watchOthers(options: {
  lonelyNodes: LonelyNodes;
  /** Whether this node is cut off. */
  isDown(): boolean;
  everyMs: number;
  logger: Logger;
}): Others {
  const { lonelyNodes, isDown, everyMs, logger } = options;
  const changes = createListeners<[isAnyAlone: boolean]>();
  let isAnyAlone = false;
  let isLooking = false;
  let calmLooks = 0;
  /** What was counted last; unknown after this node has told itself. */
  let counted: number | undefined;

  function set(is: boolean) {
    if (isAnyAlone === is) return;
    isAnyAlone = is;
    if (is) logger.warn('another node cannot reach Redis: what it says arrives late');
    else logger.info('no other node is out of reach any more');
    changes.tell(is);
  }

  async function lookOnce() {
    if (isDown()) {
      counted = undefined;
      return lonelyNodes.tell();
    }
    const told = await lonelyNodes.count();
    const isTold = counted !== undefined && told !== counted;
    // Not what this node has said of itself meanwhile.
    counted = isDown() ? undefined : told;
    calmLooks = isTold ? 0 : calmLooks + 1;
    if (isTold) set(true);
    else if (calmLooks >= CALM_LOOKS) set(false);
  }

  async function look() {
    if (isLooking) return;
    isLooking = true;
    // A store that cannot be asked takes no messages either: there is nothing to miss.
    await lookOnce().catch(() => {});
    isLooking = false;
  }

  const timer = setInterval(() => void look(), everyMs).unref();
  return {
    isAnyAlone: () => isAnyAlone,
    onChange: changes.add,
    look: () => void look(),
    close() {
      clearInterval(timer);
      changes.clear();
    },
  };
}
