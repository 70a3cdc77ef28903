import type { Storage } from './storage.ts';

const SQLITE = 'sqlite:';
const FORMS = '"sqlite:<path of a file>", for example sqlite:./data/alcove.db';

/**
 * Opens the store that an address names.
 *
 * @throws Error in words for the operator. The address itself is not repeated: it may hold a password.
 */
export async function openStorage(databaseUrl: string): Promise<Storage> {
  const file = sqliteFileOf(databaseUrl);
  // Loaded when asked for: an installation needs one engine only.
  const { openSqliteStorage } = await import('./sqlite/open-sqlite-storage.ts');
  return await openSqliteStorage({ file });
}

/**
 * The file that an address names.
 *
 * @throws Error in words for the operator when it is the address of something else.
 */
export function sqliteFileOf(databaseUrl: string): string {
  if (databaseUrl.startsWith(SQLITE)) {
    // Both `sqlite:/srv/alcove.db` and `sqlite:///srv/alcove.db` are written.
    const file = databaseUrl.slice(SQLITE.length).replace(/^\/\/(?=\/)/, '');
    if (file === '' || file.startsWith('//')) {
      throw new Error(`The database address has no path. Write ${FORMS}.`);
    }
    return file;
  }
  if (/^mongodb(\+srv)?:/.test(databaseUrl)) {
    throw new Error(`MongoDB is not part of this version of Alcove yet. Write ${FORMS}.`);
  }
  throw new Error(`The database address is of an unknown kind. Write ${FORMS}.`);
}
