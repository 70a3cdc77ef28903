import type { Command } from 'commander';
import type { Finding } from './finding.ts';
import { findings } from './findings.ts';
import { addSettings, configOf } from './settings.ts';
import { CliError } from './cli-error.ts';

const MARKS: Readonly<Record<Finding['state'], string>> = {
  fine: 'ok     ',
  note: 'note   ',
  wrong: 'WRONG  ',
};

/** `alcove doctor`. */
export function addDoctorCommand(program: Command): void {
  const doctor = program
    .command('doctor')
    .description('Look at everything that the server needs, and say what to do.')
    .action(async (_options: object, command: Command) => {
      const found = await findings(configOf(command));
      for (const { state, subject, text } of found) {
        console.log(`${MARKS[state]}${subject.padEnd(16)}${text}`);
      }
      const wrong = found.filter(({ state }) => state === 'wrong').length;
      if (wrong > 0) throw new CliError(`\n${wrong} of ${found.length} need to be put right.`);
      console.log('\nEverything that is needed is there.');
    });
  addSettings(doctor);
}
