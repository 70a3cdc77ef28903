/** A refusal is told to the page as `error`; as an unhandled rejection it would be reported as the page's mistake. */
export function quietly(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
