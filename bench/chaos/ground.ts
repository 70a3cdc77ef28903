import type { SpawnedServer, SpawnOptions } from '@alcove/server/testing';
import type { Random } from './random.ts';
import type { StoredLog } from './stored-log.ts';

/** What a server may be started with; its data and address are the stage's. */
export type ServerChoice = Partial<Omit<SpawnOptions, 'dataDir' | 'port'>>;

/** What the server with this number is started with. */
export type ChoiceOf = (index: number) => ServerChoice;

/** The servers that a stage stands on, and their data. */
export interface Ground {
  /** The server that clients come to. @throws Error before the first start. */
  readonly server: SpawnedServer;
  /** The processes under it. */
  readonly servers: readonly SpawnedServer[];
  /** Starts what does not run: over the same data, at the same addresses. */
  start(choiceOf: ChoiceOf): Promise<SpawnedServer>;
  /** Stops the servers as an operator does, and answers what is stored and what was wrong. */
  stop(): Promise<{ logs: StoredLog[]; failures: string[] }>;
  close(): Promise<void>;
  /** In a process that is about to end. */
  abandon(): void;
}

/** What a ground is opened with. */
export interface GroundOptions {
  /** Everything that it writes goes there. */
  folder: string;
  random: Random;
}

/** Asks a server to end. @returns what was wrong with its end. */
export async function endWell(
  server: Pick<SpawnedServer, 'kill'>,
  name: string,
): Promise<string[]> {
  const { code, signal } = await server.kill('SIGTERM');
  return code === 0 ? [] : [`${name} ended with ${signal ?? code}`];
}

/** Ends a process of ours, without waiting for it. */
export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
