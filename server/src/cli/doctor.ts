import type { Command } from 'commander';

/** `alcove doctor`. */
export function addDoctorCommand(program: Command): void {
  program.command('doctor').description('Find out what is wrong, and what to do.');
}
