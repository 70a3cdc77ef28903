import type { IncomingMessage, ServerResponse } from 'node:http';
import { createId, HTTP_PATHS, type Refusal, type VisitorSession } from '@alcove/protocol';

/** Visitors' sessions of the fake server: tokens, and the one HTTP door by which they are had. */
export class FakeSessions {
  readonly asked: Record<string, unknown>[] = [];
  readonly ended: Refusal = {
    ok: false,
    code: 'unauthenticated',
    message: 'This session has ended.',
    retryable: false,
  };
  readonly #visitors = new Map<string, string>();
  readonly #accessLifeMs: number;
  readonly #refuse: (body: Record<string, unknown>) => Refusal | undefined;

  constructor(
    accessLifeMs: number,
    refuse: (body: Record<string, unknown>) => Refusal | undefined,
  ) {
    this.#accessLifeMs = accessLifeMs;
    this.#refuse = refuse;
  }

  visitorOf(token: string): string | undefined {
    return this.#visitors.get(token);
  }

  forget(): void {
    this.#visitors.clear();
  }

  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const [status, body] = this.#answer(request.method, request.url, text);
      response.writeHead(status, {
        'content-type': 'application/json',
        'access-control-allow-origin': '*',
        'access-control-allow-headers': '*',
      });
      response.end(JSON.stringify(body));
    });
  };

  #answer(method = '', url = '', text: string): [status: number, body: object] {
    if (method === 'OPTIONS') return [200, {}];
    if (url !== HTTP_PATHS.visitorSession) return [404, {}];
    const body = JSON.parse(text) as { refreshToken?: string };
    this.asked.push({ ...body });
    const visitorId = body.refreshToken ? this.visitorOf(body.refreshToken) : createId('vi');
    const refused = this.#refuse({ ...body }) ?? (visitorId ? undefined : this.ended);
    return refused ? [400, refused] : [200, this.#create(visitorId ?? '')];
  }

  #create(visitorId: string): VisitorSession {
    const accessToken = createId('se');
    const refreshToken = createId('se');
    this.#visitors.set(accessToken, visitorId).set(refreshToken, visitorId);
    const now = Date.now();
    const serverTime = new Date(now).toISOString();
    const accessExpiresAt = new Date(now + this.#accessLifeMs).toISOString();
    return { visitorId, accessToken, accessExpiresAt, refreshToken, serverTime };
  }
}
