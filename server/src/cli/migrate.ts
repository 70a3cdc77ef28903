import type { Command } from 'commander';
import { type Config, readConfig, type Values } from '../config.ts';
import type { Moved, MoveProgress } from '../storage/move-store.ts';
import { migrateStorage, prepareStorage } from '../storage/open-storage.ts';
import { CliError, inWords } from './cli-error.ts';
import { addSettings, configOf } from './settings.ts';

/** `alcove migrate` and `alcove migrate-storage`. */
export function addMigrateCommands(program: Command): void {
  const migrateCommand = program
    .command('migrate')
    .description('Bring the database up to date for this version, and build missing indexes.')
    .addHelpText(
      'after',
      '\nA start does the same, unless AUTO_MIGRATE is off. May be run while nodes of the version before go on working.',
    )
    .action(async (_options: object, command: Command) => {
      await inWords(prepareStorage(configOf(command).databaseUrl));
      console.log('The database is ready for this version.');
    });
  addSettings(migrateCommand, ['DATA_DIR', 'DATABASE_URL']);

  const moveCommand = program
    .command('migrate-storage')
    .description('Move everything from SQLite to MongoDB. The server must be stopped.')
    .option('--from <url>', 'The SQLite database. Without it: alcove.db in the data folder.')
    .option('--to <url>', 'The MongoDB, with an empty database. Without it: DATABASE_URL.')
    .addHelpText(
      'after',
      '\nA password in --to can be seen by other users of the machine: put the address into DATABASE_URL instead.\nMay be stopped and run again: it goes on. The SQLite file stays as it is.',
    )
    .action(async ({ from, to }: FromAndTo, command: Command) => {
      const config = configOf(command);
      const addresses = {
        from: addressOf(config, from ?? 'sqlite:alcove.db', '--from'),
        to: to === undefined ? config.databaseUrl : addressOf(config, to, '--to'),
      };
      const now = new Date().toISOString();
      for (const signal of SIGNALS) process.once(signal, stopInWords);
      try {
        const moved = await inWords(migrateStorage(addresses, { now, onProgress: showProgress }));
        console.log(describe(moved));
      } finally {
        for (const signal of SIGNALS) process.off(signal, stopInWords);
      }
    });
  addSettings(moveCommand, ['DATA_DIR', 'DATABASE_URL']);
}

interface FromAndTo {
  from?: string;
  to?: string;
}

function addressOf({ dataDir }: Config, address: string, flag: string): string {
  const values: Values = { DATA_DIR: dataDir, DATABASE_URL: address };
  try {
    return readConfig(values, {}).databaseUrl;
  } catch (cause) {
    throw new CliError((cause as Error).message.replace('DATABASE_URL', flag), { cause });
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Whatever is under way may be cut off: the next run looks at what is there. */
function stopInWords(_signal: string, number: number): void {
  console.error('\nStopped. What was moved stays. Run the same command again: it goes on.');
  process.exit(SIGNALLED + number);
}

/** Where the shell's codes for processes that a signal ended begin. */
const SIGNALLED = 128;

const BAR_WIDTH = 30;

/** One line that is written over; nothing where nobody looks, as in a log. */
function showProgress({ conversations, events, total }: MoveProgress): void {
  if (!process.stderr.isTTY) return;
  const part = total.events === 0 ? 1 : events / total.events;
  const bar = '█'.repeat(Math.round(part * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
  const text = `${conversations.toLocaleString('en')} of ${total.conversations.toLocaleString('en')} conversations, ${events.toLocaleString('en')} events`;
  const end = conversations === total.conversations ? '\n' : '';
  process.stderr.write(`\r${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${text}${end}`);
}

function describe({ found, checksum, ...counts }: Moved): string {
  const { conversations, events, ...rest } = counts;
  const others = Object.entries(rest).map(
    ([kind, count]) => `${count.toLocaleString('en')} ${kind}`,
  );
  return [
    `Moved ${conversations.toLocaleString('en')} conversations with ${events.toLocaleString('en')} events; ${others.join(', ')}.`,
    ...(found > 0
      ? [`${found.toLocaleString('en')} of the conversations were there already.`]
      : []),
    `Every conversation was read back and agrees with its source. Checksum of all: ${checksum.slice(0, 16)}`,
    'Start the nodes with DATABASE_URL set to the new database, and with the same keys folder: sessions go on.',
  ].join('\n');
}
