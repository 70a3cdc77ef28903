import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  canMount,
  canTrace,
  limitedFiles,
  lockedDatabase,
  mountSmallDisk,
  readOnlyDisk,
  slowDisk,
} from './store-faults.ts';

let folder: string;
let writer: Writer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alcove-test-'));
});

afterEach(() => {
  writer?.process.kill('SIGKILL');
  writer = undefined;
  rmSync(folder, { recursive: true });
});

describe('a file that is limited', () => {
  it('refuses what exceeds the limit, until it is mended', async () => {
    writer = startWriter(folder);
    expect(await writer.next()).toBeGreaterThanOrEqual(0);
    const fault = limitedFiles(writer.pid, 1);
    await expect.poll(() => writer?.next()).toBe('EFBIG');
    await fault.mend();
    await expect.poll(() => writer?.next()).not.toBe('EFBIG');
  });
});

describe('a locked database', () => {
  it('can be read and not written, until it is mended', async () => {
    const database = new DatabaseSync(join(folder, 'a.db'), { timeout: 0 });
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE a (b)');
    const fault = lockedDatabase(join(folder, 'a.db'));
    expect(() => database.exec('INSERT INTO a VALUES (1)')).toThrow('database is locked');
    expect(database.prepare('SELECT * FROM a').all()).toEqual([]);
    await fault.mend();
    database.exec('INSERT INTO a VALUES (1)');
    database.close();
  });
});

describe.runIf(canTrace())('a traced process', () => {
  it('waits longer for the disk, until it is mended', async () => {
    writer = startWriter(folder);
    const fault = await slowDisk(writer.pid, 80);
    await expect.poll(() => writer?.next()).toBeGreaterThanOrEqual(80);
    await fault.mend();
    await expect.poll(() => writer?.next()).toBeLessThan(80);
  });

  it('cannot write, until it is mended', async () => {
    writer = startWriter(folder);
    const fault = await readOnlyDisk(writer.pid);
    await expect.poll(() => writer?.next()).toBe('EROFS');
    await fault.mend();
    await expect.poll(() => writer?.next()).not.toBe('EROFS');
  });
});

describe.runIf(canMount())('a small disk', () => {
  it('takes nothing more once it is full, until it is mended', async () => {
    const disk = mountSmallDisk(folder, 1);
    const file = openSync(join(folder, 'a'), 'w');
    const fault = disk.fill();
    expect(() => writeSync(file, Buffer.alloc(10_000))).toThrow('ENOSPC');
    await fault.mend();
    writeSync(file, Buffer.alloc(10_000));
    fsyncSync(file);
    closeSync(file);
    disk.unmount();
  });
});

interface Writer {
  process: ChildProcess;
  pid: number;
  /** How many milliseconds the next write takes, or how it fails. */
  next(): Promise<number | string>;
}

/** A process that writes and waits for the disk, again and again. */
function startWriter(where: string): Writer {
  const program = `
    const fs = require('node:fs');
    const file = fs.openSync(${JSON.stringify(join(where, 'file'))}, 'w');
    setInterval(() => {
      const since = performance.now();
      try {
        fs.writeSync(file, 'x'.repeat(100), 10);
        fs.fdatasyncSync(file);
        console.log(performance.now() - since);
      } catch (error) {
        console.log(error.code);
      }
    }, 10);
  `;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  return {
    process: child,
    pid: child.pid ?? 0,
    next: () =>
      new Promise((resolve) => {
        lines.once('line', (line) => resolve(Number.isNaN(Number(line)) ? line : Number(line)));
      }),
  };
}
