import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What came back, with a body of JSON already read. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** `undefined` when the body is no JSON. */
  json: Record<string, unknown> | undefined;
}

export interface RequestOptions {
  method?: string;
  headers?: Record<string, string>;
  /** An object is sent as JSON; text as it is. */
  body?: object | string;
}

/** Sends a request with exactly this path and these headers: `fetch` tidies up paths, and keeps some headers for itself. */
export function sendRequest(
  url: string,
  { method = 'GET', headers = {}, body }: RequestOptions = {},
): Promise<Answer> {
  const content = typeof body === 'object' ? JSON.stringify(body) : body;
  const type: Record<string, string> =
    typeof body === 'object' ? { 'content-type': 'application/json' } : {};
  const { origin, hostname, port } = new URL(url);
  const target = { hostname, port, path: url.slice(origin.length) || '/' };
  return new Promise((resolve, reject) => {
    const options = { ...target, method, headers: { ...type, ...headers } };
    const outgoing = request(options, (response) => {
      text(response).then(
        (received) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: received,
            json: parseJson(received),
          }),
        reject,
      );
    });
    outgoing.once('error', reject);
    outgoing.end(content);
  });
}

function parseJson(content: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(content) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
