import { HTTP_PATHS } from '@alcove/protocol';
import type { ClientSession, ClientSpec } from './client.ts';

/** Whoever has less than this left gets a fresh one before connecting. */
const EARLY_MS = 60_000;

/** An answer that was lost may be asked for again for ten seconds; later the session ends as a stolen one. */
const ANSWER_MS = 8_000;

/**
 * Access tokens of one client, fresh ones when the old one is used up. Who asks while one is on its way gets that one: an
 * attempt to connect that was given up must not leave a second renewal behind.
 */
export function createTokens({ url, origin, side, workspaceKey, ...spec }: ClientSpec) {
  let session = spec.session;
  let renewal: Promise<ClientSession> | undefined;
  const post = async (path: string, body: object, cookie?: string) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, ...(cookie ? { cookie } : {}) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    const [renewed] = (response.headers.get('set-cookie') ?? '').split(';');
    return { ...((await response.json()) as ClientSession), cookie: renewed || cookie };
  };
  const renew = async () => {
    session =
      side === 'visitor'
        ? await post(HTTP_PATHS.visitorSession, {
            workspaceKey,
            refreshToken: session?.refreshToken,
          })
        : await post(HTTP_PATHS.sessionRefresh, {}, session?.cookie);
    return session;
  };
  return async (isRefused = false): Promise<ClientSession> => {
    const isGood = session && Date.parse(session.accessExpiresAt) - Date.now() > EARLY_MS;
    if (session && isGood && !isRefused) return session;
    renewal ??= renew().finally(() => (renewal = undefined));
    return renewal;
  };
}
