import { parseCookie, stringifySetCookie } from 'cookie';
import type { Request, Response } from 'express';
import type { Channel } from './secure-context.ts';

/**
 * The cookie with an agent's refresh token. `__Host-` makes browsers insist that it came over https from this very host.
 * They refuse such a name over plain http, which is why it is shorter on localhost.
 */
const SECURE_NAME = '__Host-alcove';
const LOOPBACK_NAME = 'alcove';

/** The refresh token that a request brings. */
export function readSessionCookie(request: Request, channel: Channel): string | undefined {
  const cookies = parseCookie(request.get('cookie') ?? '');
  return cookies[nameFor(channel)] || undefined;
}

/** @param expiresAt Milliseconds since 1970. */
export function setSessionCookie(
  response: Response,
  channel: Channel,
  refreshToken: string,
  expiresAt: number,
): void {
  writeCookie(response, channel, refreshToken, new Date(expiresAt));
}

/** Makes the browser forget the token. */
export function clearSessionCookie(response: Response, channel: Channel): void {
  writeCookie(response, channel, '', new Date(0));
}

function writeCookie(response: Response, channel: Channel, value: string, expires: Date): void {
  const cookie = stringifySetCookie({
    name: nameFor(channel),
    value,
    expires,
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: channel === 'https',
  });
  response.append('Set-Cookie', cookie);
}

function nameFor(channel: Channel): string {
  return channel === 'https' ? SECURE_NAME : LOOPBACK_NAME;
}
