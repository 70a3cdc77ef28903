import { randomBytes } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import helmet from 'helmet';

/** What every policy is built from. */
export interface SecurityOptions {
  publicUrl: () => URL;
}

type Sources = Record<string, readonly string[]>;

const NOTHING: Sources = {
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
};

/** Nothing at all may be loaded, run or framed: for answers that are no pages. */
export function forData(options: SecurityOptions): RequestHandler {
  return policy(options, () => NOTHING);
}

/**
 * For scripts and data that pages of other sites load while their visitor waits. Headers that only mean something for a
 * document are left out, the policy too: over a first open they would be a thirtieth of all bytes.
 */
export function forSharedData({ publicUrl }: SecurityOptions): RequestHandler {
  return (request, response, next) =>
    helmet({
      contentSecurityPolicy: false,
      crossOriginResourcePolicy: { policy: 'cross-origin' },
      strictTransportSecurity: transportSecurity(publicUrl()),
      crossOriginOpenerPolicy: false,
      originAgentCluster: false,
      referrerPolicy: false,
      xDnsPrefetchControl: false,
      xDownloadOptions: false,
      xFrameOptions: false,
      xPermittedCrossDomainPolicies: false,
      xXssProtection: false,
    })(request, response, next);
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
  return (request, response, next) =>
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { ...NOTHING, ...sourcesOf(response) },
      },
      referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
      strictTransportSecurity: transportSecurity(publicUrl()),
      xFrameOptions: { action: 'deny' },
    })(request, response, next);
}

/** Only where the answer came over TLS; other hosts below the same name are none of our business. */
function transportSecurity(url: URL): false | { includeSubDomains: false } {
  return url.protocol === 'https:' && { includeSubDomains: false };
}

/** Not every browser takes `'self'` to mean sockets as well. */
function socketOrigin(url: URL): string {
  return url.origin.replace(/^http/, 'ws');
}
