/** A page that may be linked to, with what the reader should see of it. */
export interface PageLink {
  href: string;
  /** The whole host, in the form in which look-alike letters show (`xn--…`). */
  host: string;
  /** What follows the host, readable. */
  path: string;
}

/** Reads an address that a visitor's browser sent. Only http and https become links; everything else is `null`. */
export function pageLink(url: string): PageLink | null {
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return null;
  // A name before the host (`https://shop.example@evil.example/`) is there to mislead.
  parsed.username = '';
  parsed.password = '';
  return {
    href: parsed.href,
    host: parsed.host,
    path: readable(parsed.pathname + parsed.search),
  };
}

function readable(path: string): string {
  if (path === '/') return '';
  try {
    return decodeURI(path).replace(/[\u202A-\u202E\u2066-\u2069]/g, '');
  } catch {
    return path;
  }
}
