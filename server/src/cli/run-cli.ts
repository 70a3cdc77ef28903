import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { DomainError } from '../domain/domain-error.ts';
import { addAgentCommands } from './agent.ts';
import { addBackupCommands } from './backup.ts';
import { CliError } from './cli-error.ts';
import { addDoctorCommand } from './doctor.ts';
import { addKeysCommands } from './keys.ts';
import { addMigrateCommands } from './migrate.ts';
import { addServeCommands } from './serve.ts';
import { addWorkspaceCommands } from './workspace.ts';

/**
 * Runs the `alcove` command.
 *
 * @param argv As `process.argv`.
 * @returns the exit code: 0, or 1 with an explanation on the standard error.
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  const program = new Command('alcove')
    .description('Customer support chat: one script tag, one process, one inbox.')
    .exitOverride()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .showSuggestionAfterError();
  addServeCommands(program);
  addWorkspaceCommands(program);
  addAgentCommands(program);
  addBackupCommands(program);
  addMigrateCommands(program);
  addKeysCommands(program);
  addDoctorCommand(program);
  try {
    await program.parseAsync(argv);
    return 0;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  // Commander has written its own message by now, and ends `--help` in this way as well.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  if (error instanceof ConfigError) {
    console.error(
      `The configuration is not right:\n${error.problems.map((p) => `  - ${p}`).join('\n')}`,
    );
  } else if (error instanceof CliError || error instanceof DomainError) {
    console.error(error.message);
  } else {
    console.error(error instanceof Error ? `Alcove stopped: ${error.message}` : error);
  }
  return 1;
}
