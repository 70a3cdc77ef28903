import { chmodSync, mkdirSync } from 'node:fs';
import { type Config, keysDirOf } from '../config.ts';
import { createServer, type Server } from '../create-server.ts';
import { openKeys } from '../keys-file.ts';
import { createLogger } from '../logger.ts';
import { CliError } from './cli-error.ts';

/** A server on the data folder, which is made and kept private. */
export async function openServer(config: Config, logLevel = config.logLevel): Promise<Server> {
  preparePrivately(config.dataDir);
  const keys = openKeys(keysDirOf(config));
  return createServer({ config, keys, logger: createLogger(logLevel) });
}

function preparePrivately(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    chmodSync(dataDir, 0o700);
  } catch (cause) {
    throw new CliError(
      `The data folder ${dataDir} cannot be made or written by this user. Choose another one (--data-dir), or give it to this user: chown -R $(id -un) ${dataDir}`,
      { cause },
    );
  }
}
