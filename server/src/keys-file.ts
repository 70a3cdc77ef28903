import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  generateKey,
  KEY_PURPOSES,
  type KeyPurpose,
  type KeyRing,
  type Keys,
  parseKeyRing,
} from './domain/keys.ts';
import { makePrivateFolder } from './private-folder.ts';

/**
 * Reads the keys of an installation from files that nobody but their owner may read, one file for each purpose; makes
 * those that are missing.
 *
 * To replace a key, put a new one first in its file's list and start again; take the old one out when the tokens signed
 * with it are gone (15 minutes for access tokens). With several nodes put it second first, on all of them.
 *
 * @throws Error that says which file is wrong and what to do.
 */
export function openKeys(directory: string): Keys {
  makePrivateFolder(directory);
  chmodSync(directory, 0o700);
  for (const purpose of KEY_PURPOSES) makeIfMissing(fileOf(directory, purpose));
  return readKeys(directory);
}

/** Reads the keys that are there. @throws Error as above; also when a file is missing. */
export function readKeys(directory: string): Keys {
  const entries = KEY_PURPOSES.map((purpose) => [purpose, readRing(fileOf(directory, purpose))]);
  return Object.fromEntries(entries) as Keys;
}

/** The keys as one line of text, for a node that shares no disk with this one. They are made where there are none. */
export function exportKeys(directory: string): string {
  openKeys(directory);
  const stored = KEY_PURPOSES.map((purpose) => [purpose, readStored(fileOf(directory, purpose))]);
  return JSON.stringify(Object.fromEntries(stored));
}

/**
 * Writes what `exportKeys` gave. The same keys may be there already.
 *
 * @throws Error in words for the operator: the text is no export, or other keys are in the way. Nothing is written then.
 */
export function importKeys(directory: string, text: string): void {
  const exported = parseExport(text);
  makePrivateFolder(directory);
  const missing = KEY_PURPOSES.filter((purpose) => !existsSync(fileOf(directory, purpose)));
  for (const purpose of KEY_PURPOSES) {
    if (missing.includes(purpose)) continue;
    if (isDeepStrictEqual(readStored(fileOf(directory, purpose)), exported[purpose])) continue;
    throw new Error(
      `${fileOf(directory, purpose)} holds another key. Move ${directory} away first, if it may be replaced: everybody who signed in with it signs in again.`,
    );
  }
  for (const purpose of missing) writeRing(fileOf(directory, purpose), exported[purpose]);
}

function parseExport(text: string): Record<KeyPurpose, unknown> {
  try {
    const exported = JSON.parse(text) as Record<KeyPurpose, unknown>;
    for (const purpose of KEY_PURPOSES) parseKeyRing(exported[purpose]);
    return exported;
  } catch (cause) {
    // What JSON.parse says quotes the text, which holds secrets.
    throw new Error('This is not what "alcove keys export" wrote: one line, beginning with {.', {
      cause,
    });
  }
}

function fileOf(directory: string, purpose: KeyPurpose): string {
  return join(directory, `${purpose}.json`);
}

function makeIfMissing(file: string): void {
  try {
    writeRing(file, [generateKey()]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Two processes that start at once must not overwrite each other's key: a file that is there stays. */
function writeRing(file: string, ring: unknown): void {
  writeFileSync(file, `${JSON.stringify(ring, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
}

function readStored(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function readRing(file: string): KeyRing {
  const mode = statSync(file).mode & 0o777;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Error(
      `${file} can be read by other users of this machine (mode ${mode.toString(8)}). Run: chmod 600 ${file}`,
    );
  }
  try {
    return parseKeyRing(readStored(file));
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'is not JSON' : (error as Error).message;
    throw new Error(
      `The key file ${file} ${problem}. Restore it from a backup, or delete it: a new one is made at the next start, and everybody signs in again.`,
      { cause: error },
    );
  }
}
