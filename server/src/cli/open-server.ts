import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, keysDirOf } from '../config.ts';
import { createServer, type Server } from '../create-server.ts';
import { openKeys } from '../keys-file.ts';
import { createLogger } from '../logger.ts';
import { describeUnwritable, makePrivateFolder } from '../private-folder.ts';
import { CliError } from './cli-error.ts';

/** A server on the data folder, which is made and kept private. */
export async function openServer(config: Config, logLevel = config.logLevel): Promise<Server> {
  preparePrivately(config);
  const keys = openKeys(keysDirOf(config));
  return createServer({ config, keys, logger: createLogger(logLevel) });
}

function preparePrivately(config: Config): void {
  const { dataDir } = config;
  try {
    makePrivateFolder(dataDir);
    refuseForeign(config);
    chmodSync(dataDir, 0o700);
    makePrivateFolder(keysDirOf(config));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const place = {
      path: dataDir,
      subject: `The data folder ${dataDir}`,
      choice: 'choose another one (--data-dir)',
    };
    throw new CliError(describeUnwritable(place, cause), { cause });
  }
}

/** Closing a folder that others use, such as /tmp, would lock them out. */
function refuseForeign(config: Config): void {
  const { dataDir } = config;
  const isOpen = (statSync(dataDir).mode & 0o077) !== 0;
  const isOurs = existsSync(keysDirOf(config)) || readdirSync(dataDir).length === 0;
  if (!isOpen || isOurs) return;
  throw new CliError(
    `The data folder ${dataDir} holds other things, and other users of this machine may read it. Alcove closes its folder to them, so choose one for Alcove alone (--data-dir ${join(dataDir, 'alcove')}). If this one is meant, run: chmod 700 ${dataDir}`,
  );
}
