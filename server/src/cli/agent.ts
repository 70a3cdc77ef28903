import type { AgentRole } from '@alcove/protocol';
import type { Command } from 'commander';
import type { AgentSummary } from '../domain/admin.ts';
import { withAdmin } from './admin-client.ts';
import { CliError } from './cli-error.ts';
import { readPassword } from './read-password.ts';
import { addSettings, DATA_SETTINGS } from './settings.ts';

interface InWorkspace {
  workspace?: string;
}

/** `alcove agent list|invite|set-password|disable`. */
export function addAgentCommands(program: Command): void {
  const group = program.command('agent').description('The people who answer.');

  const list = group
    .command('list')
    .description('List the people of a workspace.')
    .action(async ({ workspace }: InWorkspace, command: Command) => {
      const agents = await withAdmin(command, (ask) => ask('agent.list', { workspace }));
      if (agents.length === 0)
        console.log('Nobody yet. Invite somebody: alcove agent invite --role owner');
      for (const agent of agents) console.log(describe(agent));
    });

  const invite = group
    .command('invite')
    .description('Make a link by which one person joins within 7 days.')
    .option('--role <role>', 'owner, admin or agent.', 'agent')
    .action(async ({ workspace, role }: InWorkspace & { role: AgentRole }, command: Command) => {
      const { url } = await withAdmin(command, (ask) => ask('agent.invite', { workspace, role }));
      console.log(`Give this link to one person. It works once, for 7 days:\n${url}`);
    });

  const disable = group
    .command('disable <agent>')
    .description('Shut somebody out at once, by e-mail address or id.')
    .action(async (agent: string, { workspace }: InWorkspace, command: Command) => {
      const shutOut = await withAdmin(command, (ask) => ask('agent.disable', { workspace, agent }));
      console.log(`${shutOut.name} was signed out and cannot come in any more.`);
    });

  const setPassword = group
    .command('set-password <email>')
    .description(
      'Set a new password, asked for or read from the standard input. Ends all sessions.',
    )
    .action(async (email: string, _options: object, command: Command) => {
      const password = await readPassword();
      const agents = await withAdmin(command, (ask) =>
        ask('agent.set-password', { email, password }),
      );
      const [agent] = agents;
      if (!agent) throw new CliError('The password was set, but this account is in no workspace.');
      console.log(`${agent.name} has a new password and has to sign in again.`);
    });

  for (const command of [list, invite, disable]) {
    command.option('--workspace <key>', 'Which workspace, where there are several.');
  }
  for (const command of [list, invite, disable, setPassword]) addSettings(command, DATA_SETTINGS);
}

function describe({ email, name, role, isDisabled }: AgentSummary): string {
  return `${email}  ${name}  ${role}${isDisabled ? '  (switched off)' : ''}`;
}
