import { NAMESPACES } from '@alcove/protocol';

/** Where commands go over HTTP, and as whom. */
export interface CommandTarget {
  serverUrl: string;
  namespace: string;
  /** Outside of browsers, which send their own. */
  origin: string | undefined;
  accessToken: string;
}

/**
 * Sends one command by HTTP. A visitor's is plain text with the token in it, so that the browser asks no permission first:
 * that would cost a round trip, and a page that goes away has no time for it.
 */
export function postCommand(
  { serverUrl, namespace, origin, accessToken }: CommandTarget,
  command: string,
  payload: unknown,
  init: RequestInit,
): Promise<Response> {
  const headers: Record<string, string> =
    namespace === NAMESPACES.agent
      ? { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' }
      : {};
  if (origin) headers['origin'] = origin;
  const body = JSON.stringify({ command, payload, accessToken });
  return fetch(`${serverUrl}/api/v1${namespace}/commands`, {
    ...init,
    method: 'POST',
    headers,
    body,
  });
}
