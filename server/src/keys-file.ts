import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  generateKey,
  KEY_PURPOSES,
  type KeyPurpose,
  type KeyRing,
  type Keys,
  parseKeyRing,
} from './domain/keys.ts';

/**
 * Reads the keys of an installation from files that nobody but their owner may read, one file for each purpose; makes
 * those that are missing.
 *
 * To replace a key, put a new one first in its file's list and start again; take the old one out when the tokens signed
 * with it are gone (15 minutes for access tokens).
 *
 * @throws Error that says which file is wrong and what to do.
 */
export function openKeys(directory: string): Keys {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  for (const purpose of KEY_PURPOSES) makeIfMissing(fileOf(directory, purpose));
  return readKeys(directory);
}

/** Reads the keys that are there. @throws Error as above; also when a file is missing. */
export function readKeys(directory: string): Keys {
  const entries = KEY_PURPOSES.map((purpose) => [purpose, readRing(fileOf(directory, purpose))]);
  return Object.fromEntries(entries) as Keys;
}

function fileOf(directory: string, purpose: KeyPurpose): string {
  return join(directory, `${purpose}.json`);
}

function makeIfMissing(file: string): void {
  try {
    // `wx`: two processes that start at once must not overwrite each other's key.
    writeFileSync(file, `${JSON.stringify([generateKey()], null, 2)}\n`, {
      flag: 'wx',
      mode: 0o600,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function readRing(file: string): KeyRing {
  const mode = statSync(file).mode & 0o777;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new Error(
      `${file} can be read by other users of this machine (mode ${mode.toString(8)}). Run: chmod 600 ${file}`,
    );
  }
  try {
    return parseKeyRing(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'is not JSON' : (error as Error).message;
    throw new Error(
      `The key file ${file} ${problem}. Restore it from a backup, or delete it: a new one is made at the next start, and everybody signs in again.`,
      { cause: error },
    );
  }
}
