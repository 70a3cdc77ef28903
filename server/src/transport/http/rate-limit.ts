import type { IncomingMessage } from 'node:http';
import type { Limiter, Rate } from '../../cluster/cluster.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { addressBlock, type ClientAddress } from '../client-address.ts';

/** Refuses what comes too often. `throw`s DomainError `rate_limited`. */
export interface RateLimit {
  /** Counts by where a request came from. */
  byAddress(name: string, request: IncomingMessage, rate: Rate): Promise<void>;
  /** Counts by `key` at several rates, all of which have to allow it. */
  byKey(name: string, key: string, rates: readonly Rate[]): Promise<void>;
}

/** @see RateLimit */
export function createRateLimit({
  limiter,
  clientAddress,
}: {
  limiter: Limiter;
  clientAddress: ClientAddress;
}): RateLimit {
  const take = async (name: string, key: string, rate: Rate) => {
    const { retryAfterMs } = await limiter.take(name, key, rate);
    if (retryAfterMs === undefined) return;
    const seconds = Math.ceil(retryAfterMs / 1000);
    throw new DomainError('rate_limited', `That was too often. Try again in ${inWords(seconds)}.`, {
      retryAfterMs,
    });
  };
  return {
    byAddress: (name, request, rate) => take(name, addressBlock(clientAddress(request)), rate),
    async byKey(name, key, rates) {
      for (const [index, rate] of rates.entries()) await take(`${name}:${index}`, key, rate);
    },
  };
}

function inWords(seconds: number): string {
  if (seconds <= 90) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
