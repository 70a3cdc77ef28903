import { ChatError } from './chat-error.ts';

/** Where a request goes and how. */
export interface JsonRequest {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Sent as JSON. */
  body?: unknown;
  accessToken?: string;
  credentials?: RequestCredentials;
  /** The `Origin` to send outside of browsers, which send their own. */
  origin?: string;
}

/**
 * One JSON request; the answer is what the server's contract says, or `undefined` for 204.
 *
 * @throws ChatError when the server refuses, `internal` when the answer is not one of ours.
 * @throws TypeError when the server cannot be reached.
 */
export async function requestJson<Result>(
  url: string,
  { method = 'GET', body, accessToken, credentials = 'omit', origin }: JsonRequest,
): Promise<Result> {
  const response = await fetch(url, {
    method,
    credentials,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(origin && { origin }),
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && (answer || response.status === 204)) return answer as Result;
  throw ChatError.from(answer);
}
