import { existsSync, statSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { locateBuiltFiles } from '../built-files.ts';
import { adminSocketOf, type Config, keysDirOf } from '../config.ts';
import { KEY_PURPOSES } from '../domain/keys.ts';
import { readKeys } from '../keys-file.ts';
import { describeUnwritable } from '../private-folder.ts';
import { LONGEST_SOCKET_PATH } from '../transport/admin-socket.ts';
import { isListening } from './admin-client.ts';
import type { Finding } from './finding.ts';
import { checkDatabase, checkRedis } from './service-findings.ts';

/** Below this SQLite may fail to copy its log into the database. */
const LEAST_FREE_BYTES = 256 * 1024 * 1024;

const OLDEST_NODE = '24.15.0';

/** Looks at everything, in the order in which the server needs it. Changes nothing. */
export async function findings(config: Config): Promise<Finding[]> {
  const isRunning = await isListening(adminSocketOf(config)).catch(() => false);
  return [
    checkNode(),
    ...(await checkDatabase(config)),
    ...(await checkRedis(config)),
    await checkDataDir(config),
    checkKeys(config),
    await checkDisk(config),
    checkSocketPath(config),
    await checkPort(config, isRunning),
    checkPublicUrl(config),
    ...checkBuiltFiles(),
  ];
}

function checkNode(): Finding {
  const subject = 'Node';
  const version = process.versions.node;
  if (isAtLeast(version, OLDEST_NODE)) return { state: 'fine', subject, text: version };
  return { state: 'wrong', subject, text: `${version}; install ${OLDEST_NODE} or newer.` };
}

async function checkDataDir({ dataDir }: Config): Promise<Finding> {
  const subject = 'Data folder';
  const existing = nearestExisting(dataDir);
  try {
    if (!statSync(existing).isDirectory()) throw new Error('not a folder');
    await access(existing, constants.R_OK | constants.W_OK);
  } catch (error) {
    const place = { path: existing, subject: existing, choice: 'choose another one: DATA_DIR' };
    return { state: 'wrong', subject, text: describeUnwritable(place, error) };
  }
  if (existing !== dataDir) {
    return { state: 'fine', subject, text: `${dataDir} will be made at the first start.` };
  }
  const mode = statSync(dataDir).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    const text = `${dataDir} is open to other users (mode ${mode.toString(8)}); the next start closes it. Now: chmod 700 ${dataDir}`;
    return { state: 'note', subject, text };
  }
  return { state: 'fine', subject, text: dataDir };
}

function checkKeys(config: Config): Finding {
  const subject = 'Keys';
  const directory = keysDirOf(config);
  const missing = KEY_PURPOSES.filter((purpose) => !existsSync(join(directory, `${purpose}.json`)));
  if (missing.length === KEY_PURPOSES.length) {
    return { state: 'fine', subject, text: 'will be made at the first start.' };
  }
  if (missing.length > 0) {
    const text = `of ${missing.join(', ')} are missing. Restore ${directory} from a backup, or start: new ones are made, and everybody signs in again.`;
    return { state: 'note', subject, text };
  }
  try {
    readKeys(directory);
    return { state: 'fine', subject, text: directory };
  } catch (error) {
    return { state: 'wrong', subject, text: (error as Error).message };
  }
}

async function checkDisk({ dataDir }: Config): Promise<Finding> {
  const subject = 'Disk space';
  const { bavail, bsize } = await statfs(nearestExisting(dataDir));
  const free = bavail * bsize;
  const text = `${Math.round(free / 1024 / 1024).toLocaleString('en')} MB free`;
  if (free >= LEAST_FREE_BYTES) return { state: 'fine', subject, text };
  return { state: 'wrong', subject, text: `${text}. Make room: a full disk stops all sending.` };
}

function checkSocketPath(config: Config): Finding {
  const subject = 'Command socket';
  const path = adminSocketOf(config);
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return { state: 'fine', subject, text: path };
  const text = `${path} is longer than the ${LONGEST_SOCKET_PATH} bytes that a socket may have: while the server runs, "alcove workspace" and "alcove agent" cannot reach it. Choose a shorter data folder.`;
  return { state: 'note', subject, text };
}

async function checkPort({ port, host }: Config, isRunning: boolean): Promise<Finding> {
  const subject = 'Port';
  if (isRunning)
    return { state: 'fine', subject, text: 'the server of this data folder is running.' };
  const problem = await new Promise<string | undefined>((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen({ port, host }, () => probe.close(() => resolve(undefined)));
  });
  if (problem === undefined) return { state: 'fine', subject, text: `${port} is free.` };
  const text =
    problem === 'EADDRINUSE'
      ? `${port} is in use by something else. Stop it, or choose another port: PORT=${port + 1}`
      : `${port} cannot be used (${problem}). Choose another PORT, or leave HOST out.`;
  return { state: 'wrong', subject, text };
}

function checkPublicUrl({ publicUrl, port }: Config): Finding {
  const subject = 'Public address';
  if (!publicUrl) {
    const text = `http://localhost:${port}, so only this machine can sign in. For others set PUBLIC_URL to an https address.`;
    return { state: 'note', subject, text };
  }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(publicUrl.hostname);
  if (publicUrl.protocol === 'https:' || isLocal) {
    return { state: 'fine', subject, text: publicUrl.origin };
  }
  const text = `${publicUrl.origin} is plain http: browsers keep no session there, and nobody can sign in. Put TLS in front, and set PUBLIC_URL to the https address.`;
  return { state: 'wrong', subject, text };
}

function checkBuiltFiles(): Finding[] {
  const files = locateBuiltFiles();
  const needed = [
    { subject: 'Widget', file: join(files.widget, 'loader.js') },
    { subject: 'Console', file: join(files.console, 'index.html') },
  ];
  return needed.map(({ subject, file }) =>
    existsSync(file)
      ? { state: 'fine', subject, text: file }
      : { state: 'wrong', subject, text: `${file} is missing. Run: npm run build` },
  );
}

function nearestExisting(path: string): string {
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  return existing;
}

function isAtLeast(version: string, oldest: string): boolean {
  return version.localeCompare(oldest, 'en', { numeric: true }) >= 0;
}
