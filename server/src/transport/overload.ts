import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Limits } from '../limits.ts';
import type { WriteBound } from './write-bound.ts';

/**
 * What is left undone when the node cannot keep up, in this order. Never the answer to a send that was accepted, and never
 * whoever has a session: they come back at the pace of admission.
 */
const SHED_ORDER = ['typing', 'presence', 'new visitors'] as const;

export type Sheddable = (typeof SHED_ORDER)[number];

/** Says what is not worth doing just now. */
export interface Overload {
  sheds(what: Sheddable): boolean;
  /** All of it. */
  shed(): readonly Sheddable[];
  /** Called whenever something more, or less, is shed. */
  onChange(listener: () => void): void;
  close(): void;
}

/** Tells how late the event loop was. */
export interface DelayGauge {
  /** The 99th percentile, in milliseconds, of the time since it was asked last. */
  read(): number;
  close(): void;
}

/** Below this share of the limit the node has recovered: between the two nothing changes, so that it does not flap. */
const CALM_SHARE = 0.5;

export function createOverload(options: {
  limits: Pick<Limits, 'shedDelayMs' | 'shedCheckMs'>;
  logger: Logger;
  writeBound: Pick<WriteBound, 'takeRefused'>;
  gauge?: DelayGauge;
}): Overload {
  const { limits, logger, writeBound, gauge = createDelayGauge() } = options;
  const listeners: (() => void)[] = [];
  let shed = 0;

  const timer = setInterval(() => {
    const delayMs = gauge.read();
    const refusedWrites = writeBound.takeRefused();
    const before = shed;
    // A node that refuses in good time is never late, and has too much to do all the same.
    if (delayMs > limits.shedDelayMs || refusedWrites > 0) {
      shed = Math.min(shed + 1, SHED_ORDER.length);
    } else if (delayMs < limits.shedDelayMs * CALM_SHARE) {
      shed = Math.max(shed - 1, 0);
    }
    if (shed === before) return;
    logger.warn(
      { delayMs: Math.round(delayMs), refusedWrites, shed: SHED_ORDER.slice(0, shed) },
      shed > before ? 'the server is overloaded and sheds work' : 'the overload is easing',
    );
    for (const listener of listeners) listener();
  }, limits.shedCheckMs).unref();

  return {
    sheds: (what) => SHED_ORDER.indexOf(what) < shed,
    shed: () => SHED_ORDER.slice(0, shed),
    onChange(listener) {
      listeners.push(listener);
    },
    close() {
      clearInterval(timer);
      gauge.close();
    },
  };
}

/** How often the delay is sampled: fifty times a second costs nothing that can be measured. */
const RESOLUTION_MS = 20;

function createDelayGauge(): DelayGauge {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return {
    read() {
      // The histogram holds the time between two samples, in nanoseconds; an idle loop's is the resolution itself.
      const delayMs = histogram.percentile(99) / 1e6 - RESOLUTION_MS;
      histogram.reset();
      return Math.max(0, delayMs);
    },
    close: () => void histogram.disable(),
  };
}
