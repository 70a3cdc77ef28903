import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type SpawnedServer, spawnTestServer } from '@alcove/server/testing';
import { type ChoiceOf, endWell, type Ground, type GroundOptions, killNow } from './ground.ts';
import { checkIntegrity, readStoredLogs } from './stored-log.ts';

/** One server on a database file. */
export class SqliteGround implements Ground {
  /** The database file. */
  readonly file: string;
  readonly #dataDir: string;
  #server: SpawnedServer | undefined;

  constructor({ folder }: GroundOptions) {
    this.#dataDir = join(folder, 'data');
    this.file = join(this.#dataDir, 'alcove.db');
    mkdirSync(this.#dataDir);
  }

  get server(): SpawnedServer {
    if (!this.#server) throw new Error('no server was started');
    return this.#server;
  }

  get servers(): readonly SpawnedServer[] {
    return [this.server];
  }

  async start(choiceOf: ChoiceOf): Promise<SpawnedServer> {
    this.#server = await spawnTestServer({
      logLevel: 'warn',
      ...choiceOf(0),
      dataDir: this.#dataDir,
      port: this.#server?.port ?? 0,
    });
    return this.#server;
  }

  async stop() {
    const failures = await endWell(this.server, 'the server');
    const integrity = checkIntegrity(this.file);
    if (integrity !== 'ok') failures.push(`the database file is damaged: ${integrity}`);
    return { logs: readStoredLogs(this.file), failures };
  }

  async close(): Promise<void> {
    await this.#server?.kill();
  }

  abandon(): void {
    if (this.#server) killNow(this.#server.pid);
  }
}
