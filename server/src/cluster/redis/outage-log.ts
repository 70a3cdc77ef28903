import type { Logger } from 'pino';

/** What an operator reads of an outage: a line when it begins, one when it ends, and few in between. */
export interface OutageLog {
  begin(reason: string): void;
  /** Why connections fail; each reason is logged once in an outage. */
  hear(reason: string): void;
  end(): void;
}

/** Of one outage not more reasons than these are logged. */
const MAX_REASONS = 3;

/** @see OutageLog */
export function createOutageLog(logger: Logger): OutageLog {
  const reasons = new Set<string>();
  let since: number | undefined;
  return {
    begin(reason) {
      since = performance.now();
      logger.error(
        { reason, errors: [...reasons] },
        'Redis is out of reach: this node goes on by itself',
      );
    },
    hear(reason) {
      if (reasons.has(reason) || reasons.size >= MAX_REASONS) return;
      reasons.add(reason);
      // What is heard before the outage is known stands in its first line.
      if (since !== undefined) logger.warn({ reason }, 'Redis cannot be reached');
    },
    end() {
      const outageMs = since === undefined ? undefined : Math.round(performance.now() - since);
      logger.info({ outageMs }, 'Redis is in reach');
      since = undefined;
      reasons.clear();
    },
  };
}
