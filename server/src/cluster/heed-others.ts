import type { PresenceStatus } from '@alcove/protocol';
import type { Logger } from 'pino';
import type { LonelyNodes } from '../storage/storage.ts';
import type { Cluster, Presence } from './cluster.ts';
import { createListeners } from './listeners.ts';

/** So many looks in a row that show nobody: whoever is alone may be held up by the store for a moment. */
const CALM_LOOKS = 4;

interface HeedOthersOptions {
  lonelyNodes: LonelyNodes;
  /** How often this node looks, and how often it says that it is alone. */
  everyMs: number;
  logger: Logger;
}

/**
 * The same cluster, degraded also while another node cannot hear this one, which by itself would never notice: a node that
 * is cut off says so in the store, where it goes on writing, and the others look there. A node that was killed says nothing,
 * and nobody misses anything of it. A node that was cut off itself stays degraded until it knows that nobody else is.
 */
export function heedOthers(cluster: Cluster, options: HeedOthersOptions): Cluster {
  const changes = createListeners<[isDegraded: boolean]>();
  let isDegraded = cluster.isDegraded();

  function compare() {
    const is = cluster.isDegraded() || others.isAnyAlone();
    if (is === isDegraded) return;
    isDegraded = is;
    changes.tell(is);
  }

  const others = watchOthers({ ...options, isAlone: cluster.isDegraded, onChange: compare });
  cluster.onDegraded(() => {
    others.look();
    compare();
  });

  return {
    ...cluster,
    presence: doubt(cluster.presence, others.isAnyAlone),
    isDegraded: () => isDegraded,
    onDegraded: changes.add,
    async close() {
      others.close();
      changes.clear();
      await cluster.close();
    },
  };
}

/** Who is on a node that cannot say so, or has yet to say it to a Redis that came back empty, looks gone: nobody can tell. */
function doubt(presence: Presence, isAnyAlone: () => boolean): Presence {
  const doubted = (status: PresenceStatus) =>
    status === 'offline' && isAnyAlone() ? 'unknown' : status;
  return {
    ...presence,
    async statusOf(workspaceId, participantIds) {
      return (await presence.statusOf(workspaceId, participantIds)).map(doubted);
    },
    onChange: (listener) =>
      presence.onChange((workspaceId, participantId, status) =>
        listener(workspaceId, participantId, doubted(status)),
      ),
  };
}

function watchOthers(options: HeedOthersOptions & { isAlone(): boolean; onChange(): void }) {
  const { lonelyNodes, everyMs, logger, isAlone, onChange } = options;
  let isAnyAlone = isAlone();
  let isReported = false;
  let calmLooks = 0;
  let suspicions = 0;
  /** What was counted last; unknown after this node has told itself. */
  let counted: number | undefined;

  function set(is: boolean) {
    if (isAnyAlone === is) return;
    isAnyAlone = is;
    onChange();
  }

  function report(is: boolean) {
    if (isReported === is) return;
    isReported = is;
    if (is) logger.warn('another node cannot reach Redis: what it says arrives late');
    else logger.info('no other node is out of reach any more');
  }

  /** What keeps this node from Redis most likely keeps others from it, too, and some of them for longer. */
  function suspect() {
    suspicions++;
    counted = undefined;
    calmLooks = 0;
    set(true);
  }

  const telling = oneAtATime(() => lonelyNodes.tell());
  const asking = oneAtATime(async () => {
    const before = suspicions;
    const told = await lonelyNodes.count();
    // It may be from before this node told itself.
    if (suspicions !== before) return;
    const isTold = counted !== undefined && told !== counted;
    counted = told;
    calmLooks = isTold ? 0 : calmLooks + 1;
    if (!isTold && calmLooks < CALM_LOOKS) return;
    report(isTold);
    set(isTold);
  });

  /** What this node has to tell does not wait for an answer that it no longer needs. */
  function look() {
    if (isAlone()) {
      suspect();
      telling.start();
    } else if (!telling.isUnderWay()) asking.start();
  }

  const timer = setInterval(look, everyMs).unref();
  return {
    isAnyAlone: () => isAnyAlone,
    look,
    close: () => clearInterval(timer),
  };
}

/** Starts `act` unless it is under way, however slow the store is. */
function oneAtATime(act: () => Promise<void>) {
  let isUnderWay = false;
  async function run() {
    isUnderWay = true;
    // A store that cannot be asked takes no messages either: there is nothing to miss.
    await act().catch(() => {});
    isUnderWay = false;
  }
  return {
    start() {
      if (!isUnderWay) void run();
    },
    isUnderWay: () => isUnderWay,
  };
}
