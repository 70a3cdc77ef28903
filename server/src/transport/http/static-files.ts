import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, Response } from 'express';

/** Something to send to a browser, compressed once for all who ask. */
export interface StaticFile {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
  readonly compressed: Map<'br' | 'gzip', Promise<Buffer>>;
}

/** Reads files below one folder. */
export interface StaticFiles {
  /** The file at a path such as `assets/index.js`; `undefined` when there is none, or it is none for browsers. */
  find(path: string): Promise<StaticFile | undefined>;
}

/** What browsers are given. Anything else in a folder (declarations, build notes) stays there. */
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** One path segment: nothing hidden, no way up. */
const SEGMENT = /^[\w-][\w.-]*$/;

/** Above this size the last percent of compression costs seconds. */
const THOROUGH_BYTES = 256 * 1024;

/** Fewer bytes than this fit into one packet anyway. */
const SMALLEST_COMPRESSED_BYTES = 512;

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

/** Files are kept in memory, and read again when they change on the disk. */
export function createStaticFiles(directory: string): StaticFiles {
  const known = new Map<string, { version: string; file: StaticFile }>();
  return {
    async find(path) {
      const type = TYPES[extname(path)];
      if (type === undefined || !path.split('/').every((segment) => SEGMENT.test(segment))) {
        return undefined;
      }
      const location = join(directory, path.replaceAll('/', sep));
      const found = await stat(location).catch(() => undefined);
      if (!found?.isFile()) return undefined;

      const version = `${found.mtimeMs}:${found.size}`;
      const cached = known.get(path);
      if (cached?.version === version) return cached.file;
      const file = toStaticFile(type, await readFile(location));
      known.set(path, { version, file });
      return file;
    },
  };
}

/** Makes something to send from text or bytes. */
export function toStaticFile(type: string, content: string | Buffer): StaticFile {
  const body = Buffer.from(content);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  return { type, etag, body, compressed: new Map() };
}

/** Sends a file in the best form that the browser takes, or tells it that its copy is still right. */
export async function sendFile(
  request: Request,
  response: Response,
  file: StaticFile,
  cacheControl: string,
): Promise<void> {
  response.set({
    'Content-Type': file.type,
    'Cache-Control': cacheControl,
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  });
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  const encoding = encodingFor(request, file);
  if (encoding) response.set('Content-Encoding', encoding);
  const body = encoding ? await compress(file, encoding) : file.body;
  response.set('Content-Length', String(body.length));
  response.end(request.method === 'HEAD' ? undefined : body);
}

function encodingFor(request: Request, file: StaticFile): 'br' | 'gzip' | undefined {
  const isCompressible = !file.type.startsWith('image/') || file.type.startsWith('image/svg');
  if (!isCompressible || file.body.length < SMALLEST_COMPRESSED_BYTES) return undefined;
  // One at a time: asked for both, it would answer with the one that the browser happens to name first.
  return (['br', 'gzip'] as const).find((encoding) => request.acceptsEncodings(encoding));
}

function compress(file: StaticFile, encoding: 'br' | 'gzip'): Promise<Buffer> {
  let compressed = file.compressed.get(encoding);
  if (!compressed) {
    compressed = encoding === 'br' ? toBrotli(file.body) : compressGzip(file.body, { level: 9 });
    file.compressed.set(encoding, compressed);
  }
  return compressed;
}

function toBrotli(body: Buffer): Promise<Buffer> {
  const quality = body.length <= THOROUGH_BYTES ? constants.BROTLI_MAX_QUALITY : 9;
  return compressBrotli(body, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  });
}
