import { createHash, timingSafeEqual } from 'node:crypto';
import { Router } from 'express';
import { DomainError } from '../../../domain/domain-error.ts';
import { bearerToken } from '../requests.ts';

/** What is behind the door, and who may open it. */
export interface MetricsDoor {
  token: string;
  /** In the text format of Prometheus. */
  render(): Promise<string>;
}

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

/** `/metrics`, for whoever sends the token. Without a token in the configuration there is no such address. */
export function metricsRoutes({ token, render }: MetricsDoor): Router {
  const router = Router();
  const expected = hashOf(token);
  router.get('/metrics', async (request, response) => {
    // Hashes are of one length, which comparing in constant time asks for.
    if (!timingSafeEqual(hashOf(bearerToken(request)), expected)) {
      throw new DomainError('unauthenticated', 'This is not the token in METRICS_TOKEN.');
    }
    response.set({ 'Content-Type': TEXT_FORMAT, 'Cache-Control': 'no-store' }).end(await render());
  });
  return router;
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
