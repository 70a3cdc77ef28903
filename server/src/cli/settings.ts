import type { Command } from 'commander';
import { type Config, readConfig, SETTINGS, type Values, type Variable } from '../config.ts';

/** Settings that matter to commands that do not serve. */
export const DATA_SETTINGS: readonly Variable[] = [
  'DATA_DIR',
  'DATABASE_URL',
  'PUBLIC_URL',
  'PORT',
];

/** Adds the flags of the settings, all or those named, to a command. */
export function addSettings(command: Command, variables?: readonly Variable[]): Command {
  for (const setting of SETTINGS) {
    if (variables && !variables.includes(setting.variable)) continue;
    const fallback = 'default' in setting ? `; default ${setting.default}` : '';
    // The default stands in the text only: commander's would hide what the environment says.
    command.option(setting.flag, `${setting.description} (${setting.variable}${fallback})`);
  }
  return command;
}

/**
 * The configuration from a command's flags and the environment.
 *
 * @throws ConfigError
 */
export function configOf(command: Command): Config {
  const options = command.opts<Record<string, string | undefined>>();
  const flags: Values = {};
  for (const { variable, flag } of SETTINGS) {
    const value = options[optionName(flag)];
    if (value !== undefined) flags[variable] = value;
  }
  return readConfig(flags);
}

/** `--public-url <url>` is kept by commander as `publicUrl`. */
function optionName(flag: string): string {
  const [long = ''] = flag.slice(2).split(' ');
  return long.replace(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
}
