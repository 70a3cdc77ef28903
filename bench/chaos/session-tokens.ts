import { HTTP_PATHS } from '@alcove/protocol';
import type { ClientSession, ClientSpec } from './client.ts';

/** Whoever has less than this left gets a fresh one before connecting. */
const EARLY_MS = 60_000;

/** Access tokens of one client, fresh ones when the old one is used up. */
export function createTokens({ url, origin, side, workspaceKey, ...spec }: ClientSpec) {
  let session = spec.session;
  const post = async (path: string, body: object, cookie?: string) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, ...(cookie ? { cookie } : {}) },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    const [renewed] = (response.headers.get('set-cookie') ?? '').split(';');
    return { ...((await response.json()) as ClientSession), cookie: renewed || cookie };
  };
  return async (isRefused = false): Promise<ClientSession> => {
    const isGood = session && Date.parse(session.accessExpiresAt) - Date.now() > EARLY_MS;
    if (session && isGood && !isRefused) return session;
    session =
      side === 'visitor'
        ? await post(HTTP_PATHS.visitorSession, {
            workspaceKey,
            refreshToken: session?.refreshToken,
          })
        : await post(HTTP_PATHS.sessionRefresh, {}, session?.cookie);
    return session;
  };
}
