import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { keysDirOf } from '../config.ts';
import { exportKeys, importKeys } from '../keys-file.ts';
import { inWords } from './cli-error.ts';
import { addSettings, configOf } from './settings.ts';

/** `alcove keys`: the same keys for nodes that share no disk, and for disks that are emptied at each start. */
export function addKeysCommands(program: Command): void {
  const keys = program.command('keys').description('Take the signing keys to another machine.');

  const exportCommand = keys
    .command('export')
    .description('Print the keys as one line, made first where there are none.')
    .addHelpText('after', '\nWhoever has them can sign in as anybody: keep the line as a secret.')
    .action(async (_options: object, command: Command) => {
      const directory = keysDirOf(configOf(command));
      console.log(await inWords((async () => exportKeys(directory))()));
    });

  const importCommand = keys
    .command('import')
    .description('Read that line from the standard input, and keep it in the data folder.')
    .action(async (_options: object, command: Command) => {
      const directory = keysDirOf(configOf(command));
      const line = await text(process.stdin);
      await inWords((async () => importKeys(directory, line))());
      console.log(`The keys are in ${directory}.`);
    });
  for (const command of [exportCommand, importCommand]) addSettings(command, ['DATA_DIR']);
}
