import { ERROR_CODES, type ErrorCode, type Refusal } from '@alcove/protocol';

/** Something was refused. `code` is for programs, `message` for people. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  /** Milliseconds to wait before the same request makes sense again. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  /**
   * The error that a server's refusal stands for. Anything else, such as the page of a proxy that stands in front of the
   * server, becomes `internal`.
   */
  static from(refusal: unknown): ChatError {
    const { code, message, retryAfterMs } = (refusal ?? {}) as Partial<Refusal>;
    return code && code in ERROR_CODES
      ? new ChatError(code, String(message), retryAfterMs)
      : new ChatError('internal', 'The server gave an answer that cannot be understood.');
  }

  /** Whether the same request may be sent again. */
  get isRetryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}
