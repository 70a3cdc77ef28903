import { ERROR_CODES, type ErrorCode, type Refusal } from '@alcove/protocol';

/** A refusal with a code of the closed table. Its message is shown to the person who asked. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { retryAfterMs?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The error as it goes over the wire. */
  toRefusal(): Refusal {
    return refuse(this.code, this.message, this.retryAfterMs);
  }
}

/** A refusal without an error: the stack that an error takes down costs more than all else about refusing. */
export function refuse(code: ErrorCode, message: string, retryAfterMs?: number): Refusal {
  return {
    ok: false,
    code,
    message,
    retryable: ERROR_CODES[code].retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
