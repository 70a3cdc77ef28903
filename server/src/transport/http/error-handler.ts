import { ERROR_CODES, type Refusal } from '@alcove/protocol';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { DomainError } from '../../domain/domain-error.ts';
import { StoreUnavailableError } from '../../storage/store-unavailable-error.ts';
import type { Faults } from '../faults.ts';
import { sendPage } from './pages.ts';
import { requestIdOf } from './requests.ts';

/** The last route: nothing is here. */
export const notFound: RequestHandler = (request, response) => {
  if (!request.path.startsWith('/api/') && request.accepts(['json', 'html']) === 'html') {
    sendPage(response, 404, {
      title: 'There is nothing here',
      paragraphs: ['The address may be mistyped, or what was here has moved.'],
      link: { href: '/demo/', text: 'Go to the demo page' },
    });
    return;
  }
  throw new DomainError('not_found', `There is nothing at ${request.method} ${request.path}.`);
};

/** Turns whatever a route threw into a refusal. What is unknown is logged with its cause, and never shown. */
export function errorHandler(faults: Pick<Faults, 'failed'>): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    // Answered long ago, for being late: what the route came to nobody waits for.
    if (response.writableEnded) return;
    if (response.headersSent) {
      // Half an answer is out: all that is left is to break off.
      next(error);
      return;
    }
    const requestId = requestIdOf(response);
    const known = toDomainError(error);
    if (known.code === 'internal' || known.code === 'store_unavailable') {
      faults.failed(error, { requestId });
    }
    sendRefusal(response, { ...known.toRefusal(), requestId });
  };
}

/** Sends a refusal with the status that belongs to its code. */
export function sendRefusal(response: Response, refusal: Refusal): void {
  if (refusal.retryAfterMs !== undefined) {
    response.set('Retry-After', String(Math.ceil(refusal.retryAfterMs / 1000)));
  }
  response.status(ERROR_CODES[refusal.code].status).set('Cache-Control', 'no-store').json(refusal);
}

function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof StoreUnavailableError) {
    return new DomainError(
      'store_unavailable',
      'The server cannot reach its data just now. Try again in a moment.',
      { cause: error },
    );
  }
  return bodyError(error) ?? internalError(error);
}

/** Express's body parser tells its own errors by `type`. */
function bodyError(error: unknown): DomainError | undefined {
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') {
    return new DomainError('too_large', 'The body is too large: at most 64 KB are taken.');
  }
  if (type === 'entity.parse.failed') return new DomainError('invalid', 'The body is not JSON.');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new DomainError('invalid', 'The request cannot be read.');
  }
  return undefined;
}

function internalError(cause: unknown): DomainError {
  return new DomainError(
    'internal',
    'Something went wrong on the server. Try again; if it stays, give this request id to whoever runs the server.',
    { cause },
  );
}
