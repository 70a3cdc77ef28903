import { ERROR_CODES, type ErrorCode, type Refusal } from '@alcove/protocol';

/** Something was refused. `code` is for programs, `message` for people. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  /** The error that a server's refusal stands for. */
  static from(refusal: Refusal): ChatError {
    return new ChatError(refusal.code, refusal.message, refusal.retryAfterMs);
  }

  /** Whether the same request may be sent again. */
  get isRetryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}
