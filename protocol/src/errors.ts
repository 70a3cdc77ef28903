/** How a refusal looks over HTTP and whether the same request may be sent again. */
interface ErrorCodeEntry {
  readonly status: number;
  readonly retryable: boolean;
}

/**
 * Every code that an ack, a refused handshake or an HTTP answer may carry.
 *
 * A retryable refusal is repeated with the same client id; a final one needs a new act by a person.
 */
export const ERROR_CODES = {
  invalid: { status: 400, retryable: false },
  unauthenticated: { status: 401, retryable: false },
  forbidden: { status: 403, retryable: false },
  origin_not_allowed: { status: 403, retryable: false },
  not_found: { status: 404, retryable: false },
  id_conflict: { status: 409, retryable: false },
  conflict: { status: 409, retryable: false },
  too_large: { status: 413, retryable: false },
  upgrade_required: { status: 426, retryable: false },
  rate_limited: { status: 429, retryable: true },
  internal: { status: 500, retryable: true },
  busy: { status: 503, retryable: true },
  store_unavailable: { status: 503, retryable: true },
  draining: { status: 503, retryable: true },
} as const satisfies Record<string, ErrorCodeEntry>;

/** One of the closed set of refusals. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** A refusal as it goes over the wire. `message` is written for a person. */
export interface Refusal {
  ok: false;
  code: ErrorCode;
  message: string;
  retryable: boolean;
  /** Milliseconds to wait before the same request makes sense again. */
  retryAfterMs?: number;
  /** Names the request in the server's log. */
  requestId?: string;
}

/** The answer to a command: what it brought about, or why it was refused. */
export type Ack<Result> = ({ ok: true } & Result) | Refusal;
