import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Admin } from '../domain/admin.ts';
import { DomainError } from '../domain/domain-error.ts';

/** Lets the `alcove` command speak to the running server. */
export interface AdminSocket {
  close(): Promise<void>;
}

/** The longest path that Linux and macOS both take for a socket. */
export const LONGEST_SOCKET_PATH = 103;

const LARGEST_REQUEST_BYTES = 64 * 1024;

/**
 * Listens on a Unix domain socket in the data folder. Whoever may open that file may change everything, so only the
 * server's own user may: the folder is private, and the socket too. `undefined` where the path is too long for a socket.
 */
export async function openAdminSocket({
  path,
  admin,
  logger,
}: {
  path: string;
  admin: Admin;
  logger: Logger;
}): Promise<AdminSocket | undefined> {
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) {
    logger.warn(
      { path },
      'the path is too long for a socket: the alcove command needs a stopped server',
    );
    return undefined;
  }
  // Left behind by a process that was killed: the store's lock says that there is no other one.
  rmSync(path, { force: true });
  const server = createServer((request, response) => {
    void answer(admin, logger, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  admin: Admin,
  logger: Logger,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const send = (body: object) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(body));
  };
  try {
    const name = (request.url ?? '').slice(1);
    const result = await admin.executeUnknown(name, JSON.parse(await readBody(request)));
    logger.info({ operation: name }, 'the alcove command was obeyed');
    send({ ok: true, result });
  } catch (error) {
    if (error instanceof DomainError) {
      send(error.toRefusal());
      return;
    }
    logger.error({ err: error }, 'the alcove command failed');
    send(new DomainError('internal', 'The server failed; its log says why.').toRefusal());
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LARGEST_REQUEST_BYTES) throw new DomainError('too_large', 'That is too much.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
