import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** What every policy is built from. */
export interface SecurityOptions {
  publicUrl: () => URL;
}

type Sources = Record<string, readonly string[]>;

/**
 * Nothing at all may be loaded, run or framed: for answers that are no pages. `isShared` answers may be used by pages of
 * other sites.
 */
export function forData(options: SecurityOptions, { isShared }: { isShared: boolean }) {
  return [
    policy(options, () => ({})),
    (_request: Request, response: Response, next: () => void) => {
      if (isShared) response.set('Cross-Origin-Resource-Policy', 'cross-origin');
      next();
    },
  ] as const;
}

/**
 * For pages of our own: own scripts and connections, styles by nonce, nothing inline, and no string ever becomes code
 * (Trusted Types). `trustedTypes` are the policies that the page's scripts may create.
 */
export function forPages(
  options: SecurityOptions,
  trustedTypes: readonly string[],
): RequestHandler[] {
  return [
    withNonce,
    policy(options, (response) => {
      const nonce = `'nonce-${nonceOf(response)}'`;
      return {
        'script-src': ["'self'", nonce],
        'style-src': ["'self'", nonce],
        'img-src': ["'self'", 'data:'],
        'connect-src': ["'self'", socketOrigin(options.publicUrl())],
        'manifest-src': ["'self'"],
        'require-trusted-types-for': ["'script'"],
        'trusted-types': trustedTypes.length > 0 ? trustedTypes : ["'none'"],
      };
    }),
  ];
}

/** The nonce that this answer's policy allows. */
export function nonceOf(response: Response): string {
  return String(response.locals['nonce'] ?? '');
}

function withNonce(_request: Request, response: Response, next: () => void): void {
  response.locals['nonce'] = randomBytes(16).toString('base64');
  next();
}

function policy(
  { publicUrl }: SecurityOptions,
  sourcesOf: (response: Response) => Sources,
): RequestHandler {
  return (request, response, next) => {
    const isHttps = publicUrl().protocol === 'https:';
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'base-uri': ["'none'"],
          'form-action': ["'none'"],
          'frame-ancestors': ["'none'"],
          ...sourcesOf(response),
        },
      },
      referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
      strictTransportSecurity: isHttps && { includeSubDomains: false },
      xFrameOptions: { action: 'deny' },
    })(request, response, next);
  };
}

/** Not every browser takes `'self'` to mean sockets as well. */
function socketOrigin(url: URL): string {
  return url.origin.replace(/^http/, 'ws');
}
