import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder that nobody but this user can read, and those above it that are missing. One by one: Node's own way never
 * comes to an end where the system denies that there is a parent which is there, as /proc does.
 *
 * @throws the system's error.
 */
export function makePrivateFolder(path: string): void {
  if (isFolder(path)) return;
  makePrivateFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have been faster.
    if (!isFolder(path)) throw error;
  }
}

/**
 * Why nothing can be written there, and what to do.
 *
 * @param subject What the path is, at the beginning of a sentence, with the path.
 * @param choice What can be done in any case, such as `choose another place`.
 */
export function describeUnwritable(
  { path, subject, choice }: { path: string; subject: string; choice: string },
  error: unknown,
): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EROFS':
      return `${subject} is on a file system that is mounted read-only. Mount it for writing, or ${choice}.`;
    case 'EACCES':
    case 'EPERM':
      return `${subject} cannot be made or written by this user. Give it to this user, ${handOver(path)}, or ${choice}.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `${subject} is on a disk that is full. Make room, or ${choice}.`;
    default:
      return `${subject} cannot be made: in its place, or above it, is something that holds no files. Please ${choice}.`;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function handOver(path: string): string {
  return existsSync(path) ? `chown -R $(id -un) ${path}` : `install -d -m 700 -o $(id -un) ${path}`;
}
