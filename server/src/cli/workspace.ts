import type { UpdateWorkspace } from '@alcove/protocol';
import type { Command } from 'commander';
import type { WorkspaceWithTag } from '../domain/admin.ts';
import { withAdmin } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { addSettings, DATA_SETTINGS } from './settings.ts';

interface UpdateOptions {
  name?: string;
  colour?: string;
  side?: string;
  theme?: string;
  allowOrigin?: string[];
  disallowOrigin?: string[];
}

/** `alcove workspace create|list|show|update`. */
export function addWorkspaceCommands(program: Command): void {
  const group = program.command('workspace').description('Workspaces: tenants with their own tag.');

  const create = group
    .command('create <name>')
    .description('Make a workspace, and show its tag.')
    .action(async (name: string, _options: object, command: Command) => {
      const workspace = await withAdmin(command, (ask) => ask('workspace.create', { name }));
      print(workspace);
    });

  const list = group
    .command('list')
    .description('List all workspaces.')
    .action(async (_options: object, command: Command) => {
      const workspaces = await withAdmin(command, (ask) => ask('workspace.list', {}));
      for (const { key, name } of workspaces) console.log(`${key}  ${name}`);
    });

  const show = group
    .command('show [workspace]')
    .description('Show a workspace, by its key. Without one: the only one.')
    .action(async (workspace: string | undefined, _options: object, command: Command) => {
      print(await withAdmin(command, (ask) => ask('workspace.show', { workspace })));
    });

  const update = group
    .command('update [workspace]')
    .description('Change how a workspace looks and where its chat may run.')
    .option('--name <name>', 'Its name.')
    .option('--colour <colour>', 'Brand colour, such as #0b6b62.')
    .option('--side <side>', 'Edge of the page that the launcher keeps to: start or end.')
    .option('--theme <theme>', 'light, dark or auto.')
    .option(
      '--allow-origin <origin...>',
      'Allow the chat on https://shop.example or https://*.shop.example.',
    )
    .option('--disallow-origin <origin...>', 'Take an origin back.')
    .action(async (workspace: string | undefined, options: UpdateOptions, command: Command) => {
      print(await updateWorkspace(command, workspace, options));
    });
  for (const command of [create, list, show, update]) addSettings(command, DATA_SETTINGS);
}

function updateWorkspace(
  command: Command,
  workspace: string | undefined,
  options: UpdateOptions,
): Promise<WorkspaceWithTag> {
  return withAdmin(command, async (ask) => {
    const { allowedOrigins } = await ask('workspace.show', { workspace });
    const change = toChange(options, allowedOrigins);
    if (Object.keys(change).length === 0) {
      throw new CliError('Say what to change, for example: --colour "#0b6b62" (see --help).');
    }
    return ask('workspace.update', { workspace, change });
  });
}

function toChange(options: UpdateOptions, allowedOrigins: readonly string[]): UpdateWorkspace {
  const { name, colour, side, theme, allowOrigin = [], disallowOrigin = [] } = options;
  const look = Object.fromEntries(
    Object.entries({ colour, side, theme }).filter(([, value]) => value !== undefined),
  );
  const unknown = disallowOrigin.find((origin) => !allowedOrigins.includes(origin));
  if (unknown !== undefined) throw new CliError(`${unknown} is not among the allowed origins.`);
  const origins = [...allowedOrigins, ...allowOrigin];
  return {
    ...(name !== undefined && { name }),
    ...(Object.keys(look).length > 0 && { look }),
    ...(allowOrigin.length + disallowOrigin.length > 0 && {
      allowedOrigins: origins.filter((origin) => !disallowOrigin.includes(origin)),
    }),
  };
}

function print({ key, name, look, allowedOrigins, tag }: WorkspaceWithTag): void {
  const sites =
    allowedOrigins.length > 0 ? allowedOrigins.join(', ') : "this server's own pages and localhost";
  console.log(`Name       ${name}
Key        ${key}
Look       ${look.colour}, side ${look.side}, theme ${look.theme}
Runs on    ${sites}
Tag        ${tag}`);
}
