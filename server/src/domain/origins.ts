import { DomainError } from './domain-error.ts';

/** Says from which pages the server may be used. */
export interface Origins {
  /** Whether the console and the demo live there. */
  isOwn(origin: string): boolean;
  /**
   * @param allowed As the workspace names them; empty stands for the server's own origin and localhost.
   * @throws DomainError `origin_not_allowed`, in words for the site's owner.
   */
  checkVisitor(allowed: readonly string[], origin: string | undefined): void;
  /** @throws DomainError `origin_not_allowed` */
  checkAgent(origin: string | undefined): void;
}

/** @see Origins */
export function createOrigins({ publicUrl }: { publicUrl: () => URL }): Origins {
  const isOwn = (origin: string) => {
    if (origin === publicUrl().origin) return true;
    // Whoever runs the server on the own machine calls it by either name.
    return isLocal(publicUrl().origin) && isLocal(origin) && portOf(origin) === publicUrl().port;
  };
  return {
    isOwn,
    checkVisitor(allowed, origin) {
      if (origin === undefined || !isOrigin(origin)) throw unnamed();
      const isAllowed =
        allowed.length === 0
          ? isOwn(origin) || isLocal(origin)
          : allowed.some((pattern) => matches(pattern, origin));
      if (!isAllowed) throw notAllowed(origin);
    },
    checkAgent(origin) {
      if (origin !== undefined && isOrigin(origin) && isOwn(origin)) return;
      throw new DomainError(
        'origin_not_allowed',
        `The console is served at ${publicUrl().origin} and works only there. If that is not its address, set PUBLIC_URL.`,
      );
    },
  };
}

/** Whether it is an origin as browsers write it: nothing to be normalised, no path, no name or password. */
function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text;
}

/** What may stand for the star. */
const LABELS = /^[\w-]+(\.[\w-]+)*$/;

/** `https://*.shop.example` stands for every name below `shop.example`, of the same scheme and port. */
function matches(pattern: string, origin: string): boolean {
  const [scheme, base] = pattern.split('://*.');
  if (base === undefined) return pattern === origin;
  const [start, end] = [`${scheme}://`, `.${base}`];
  if (!origin.startsWith(start) || !origin.endsWith(end)) return false;
  return LABELS.test(origin.slice(start.length, -end.length));
}

/** Browsers trust plain http on these two names: it never leaves the machine. */
function isLocal(origin: string): boolean {
  return /^https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(origin);
}

function portOf(origin: string): string {
  return URL.parse(origin)?.port ?? '';
}

function unnamed(): DomainError {
  return new DomainError(
    'origin_not_allowed',
    'The browser did not say which site this page belongs to, as in a file opened from disk or a sandboxed frame. Open the page from a web server.',
  );
}

function notAllowed(origin: string): DomainError {
  return new DomainError(
    'origin_not_allowed',
    `The chat is not allowed on ${origin}. The site's owner can allow it: console, Settings, Allowed origins, add ${origin}.`,
  );
}
