import { ChatError } from './chat-error.ts';

/**
 * One JSON request; the answer is what the server's contract says, or `undefined` for 204.
 *
 * @param init.body JSON.
 * @throws ChatError when the server refuses, `busy` when the answer is not one of ours.
 * @throws TypeError when the server cannot be reached.
 */
export async function requestJson<Result>(url: string, init: RequestInit): Promise<Result> {
  const response = await fetch(url, init);
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok && (answer || response.status === 204)) return answer as Result;
  throw ChatError.from(answer);
}
