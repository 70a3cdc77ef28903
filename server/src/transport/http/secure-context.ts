import type { Request } from 'express';

/**
 * How a request reached the server. `https`: through TLS, here or at a proxy. `loopback`: over plain http that never
 * left the machine. `plain`: over plain http through a network, where anybody on the way can read along.
 */
export type Channel = 'https' | 'loopback' | 'plain';

/** Says how a request came. */
export function channelOf(request: Request, publicUrl: URL): Channel {
  if (request.secure || isBehindTls(request, publicUrl)) return 'https';
  return isLoopback(request.hostname) ? 'loopback' : 'plain';
}

/** The operator said that this host is served over https, so whatever asks for it came through a proxy with TLS. */
function isBehindTls(request: Request, publicUrl: URL): boolean {
  return publicUrl.protocol === 'https:' && request.host === publicUrl.host;
}

/** Whether a host name is the machine itself. Browsers treat `http` to it as secure. */
export function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]', '::1'].includes(hostname.toLowerCase());
}
