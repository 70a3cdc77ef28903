import type { RequestHandler } from 'express';
import { DomainError } from '../../domain/domain-error.ts';
import type { Limits } from '../../limits.ts';
import { tooBusy } from '../in-time.ts';
import { sendRefusal } from './error-handler.ts';
import { requestIdOf } from './requests.ts';

/**
 * Answers every request of the API in time: at once when the server is leaving, and in the place of a route that takes too
 * long. What that route began goes on; its own answer then finds nobody (see `errorHandler`).
 *
 * Belongs behind whatever lets other sites read the answer.
 */
export function answerInTime(options: {
  isDraining: () => boolean;
  limits: Pick<Limits, 'commandDeadlineMs' | 'drainSpreadMs'>;
}): RequestHandler {
  const { isDraining, limits } = options;
  return (_request, response, next) => {
    if (isDraining()) {
      throw new DomainError('draining', 'The server is restarting. Please try again in a moment.', {
        retryAfterMs: Math.round(Math.random() * limits.drainSpreadMs),
      });
    }
    const deadline = setTimeout(() => {
      if (response.headersSent) return;
      sendRefusal(response, { ...tooBusy().toRefusal(), requestId: requestIdOf(response) });
    }, limits.commandDeadlineMs);
    response.once('close', () => clearTimeout(deadline));
    next();
  };
}
