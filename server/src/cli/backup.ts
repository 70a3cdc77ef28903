import { statSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Config, keysDirOf } from '../config.ts';
import type { BackedUp, BackupContents } from '../storage/backup.ts';
import { backUpStorage, restoreStorage } from '../storage/open-storage.ts';
import { inWords } from './cli-error.ts';
import { addSettings, configOf } from './settings.ts';

/** `alcove backup` and `alcove restore`. */
export function addBackupCommands(program: Command): void {
  const backupCommand = program
    .command('backup [file]')
    .description('Copy everything into one file, also while the server runs, and verify the copy.')
    .option('--force', 'Replace the file if it is there.')
    .addHelpText(
      'after',
      '\nThe file holds conversations, passwords as hashes, and the keys: keep it as private as the data folder.\nWithout a name it is written to the current folder as alcove-<time>.backup.',
    )
    .action(async (file: string | undefined, { force = false }: Force, command: Command) => {
      // The server comes first, if it runs beside this.
      setPriority(constants.priority.PRIORITY_LOW);
      const now = new Date().toISOString();
      const target = resolve(file ?? `alcove-${now.replaceAll(/[-:]|\.\d+/g, '')}.backup`);
      const contents = await inWords(
        backUpStorage(dataOf(configOf(command)), target, { now, mayReplace: force }),
      );
      console.log(`${target}\n${describe(contents)}, ${describeSize(target)}. Verified.`);
    });

  const restoreCommand = program
    .command('restore <file>')
    .description('Put a backup in the place of the data. The server must be stopped.')
    .addHelpText(
      'after',
      '\nThe backup is verified before anything is touched. The data that was there is kept under another name.',
    )
    .action(async (file: string, _options: object, command: Command) => {
      const now = new Date().toISOString();
      const { replaced, ...contents } = await inWords(
        restoreStorage(dataOf(configOf(command)), file, { now }),
      );
      console.log(`Restored the backup of ${contents.createdAt}: ${describe(contents)}.`);
      if (replaced.length > 0) {
        console.log(`What was there before is kept, until you delete it:\n${replaced.join('\n')}`);
      }
    });
  for (const command of [backupCommand, restoreCommand]) {
    addSettings(command, ['DATA_DIR', 'DATABASE_URL']);
  }
}

interface Force {
  force?: boolean;
}

function dataOf(config: Config): BackedUp {
  return { databaseUrl: config.databaseUrl, keysDir: keysDirOf(config) };
}

function describe({ workspaces, conversations, events }: BackupContents): string {
  return [
    count(workspaces, 'workspace'),
    count(conversations, 'conversation'),
    count(events, 'event'),
  ].join(', ');
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

function describeSize(file: string): string {
  return `${(statSync(file).size / 1024 / 1024).toFixed(1)} MB`;
}
