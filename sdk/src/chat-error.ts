import type { ErrorCode, Refusal } from '@alcove/protocol';

/** Something was refused. `code` is for programs, `message` for people. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode;
  /** Whether the same request may be sent again. */
  readonly isRetryable: boolean;
  /** Milliseconds to wait before the same request makes sense again. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, isRetryable = false, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.isRetryable = isRetryable;
    this.retryAfterMs = retryAfterMs;
  }

  /**
   * The error that a server's refusal stands for. Anything else, such as the page of a proxy in front of it, means that
   * the server was not reached. Whether to try again is read from the refusal, so that codes of a newer server work.
   */
  static from(refusal: unknown): ChatError {
    const { code, message, retryable, retryAfterMs } = (refusal ?? {}) as Partial<Refusal>;
    return code
      ? new ChatError(code, String(message), retryable === true, retryAfterMs)
      : unreachable();
  }
}

/** What keeps a request from being answered, and will pass: no connection, silence. */
export function unreachable(): ChatError {
  return new ChatError('busy', 'The chat cannot be reached at the moment.', true);
}
