import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

/** Something that is wrong with a store until it is mended. */
export interface Fault {
  mend(): Promise<void>;
}

/** Whether this machine lets one process interfere with the system calls of another. */
export function canTrace(): boolean {
  return spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { stdio: 'ignore' }).status === 0;
}

/** Whether this user may mount file systems. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-mount-'));
  const isMounted = mountTmpfs(folder, '1m');
  if (isMounted) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return isMounted;
}

/** Makes each wait for the disk longer, as a worn or crowded one does. Needs `canTrace`. */
export function slowDisk(pid: number, delayMs: number): Promise<Fault> {
  return interfere(pid, `fsync,fdatasync:delay_enter=${delayMs * 1000}`);
}

/** Refuses every write to a file, as a file system does that the kernel made read-only after an error. Needs `canTrace`. */
export function readOnlyDisk(pid: number): Promise<Fault> {
  return interfere(pid, 'pwrite64,ftruncate,fallocate:error=EROFS');
}

/** Takes the writer's lock of a database, as another program that writes to it does. */
export function lockedDatabase(file: string): Fault {
  const intruder = new DatabaseSync(file, { timeout: 5000 });
  intruder.exec('BEGIN IMMEDIATE');
  return { mend: async () => intruder.close() };
}

/** Lets none of a process's files grow beyond `bytes`: what it meets is what a full disk is, without needing one. */
export function limitedFiles(pid: number, bytes: number): Fault {
  const limit = (value: number | 'unlimited') =>
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${value}:`]);
  limit(bytes);
  return { mend: async () => void limit('unlimited') };
}

/** A disk of its own, small enough to fill. */
export interface SmallDisk {
  folder: string;
  /** Leaves no byte free, until it is mended. */
  fill(): Fault;
  unmount(): void;
}

/** Mounts one. Needs `canMount`. */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk {
  if (!mountTmpfs(folder, `${megabytes}m`)) throw new Error(`${folder} cannot be mounted`);
  const filler = join(folder, 'filler');
  return {
    folder,
    fill() {
      try {
        writeFileSync(filler, Buffer.alloc(megabytes * 1024 * 1024));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
      return { mend: async () => rmSync(filler) };
    },
    unmount: () => void execFileSync('umount', ['--lazy', folder]),
  };
}

function mountTmpfs(folder: string, size: string): boolean {
  const command = ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder];
  return spawnSync('mount', command, { stdio: 'ignore' }).status === 0;
}

/** Attaches to all threads of a running process, and lets go of them when the fault is mended. */
async function interfere(pid: number, injection: string): Promise<Fault> {
  const [calls = ''] = injection.split(':');
  const options = ['-f', '-p', String(pid), '-e', `trace=${calls}`, '-e', `inject=${injection}`];
  const tracer = spawn('strace', [...options, '-o', '/dev/null'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await attached(tracer);
  return {
    async mend() {
      const ended = once(tracer, 'exit');
      tracer.kill('SIGINT');
      await ended;
    },
  };
}

async function attached(tracer: ChildProcess & { stderr: NodeJS.ReadableStream }): Promise<void> {
  const lines = createInterface({ input: tracer.stderr });
  for await (const line of lines) {
    if (/attached/.test(line)) {
      tracer.stderr.resume();
      return;
    }
    throw new Error(`strace: ${line}`);
  }
}
