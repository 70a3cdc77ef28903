import type { AgentRole, UpdateWorkspace } from '@alcove/protocol';
import {
  agentRoleSchema,
  emailSchema,
  nameSchema,
  newPasswordSchema,
  parseInput,
  updateWorkspaceSchema,
} from '@alcove/protocol/schemas';
import { z } from 'zod';
import type { AgentRecord, Storage, WorkspaceRecord } from '../storage/storage.ts';
import { type Agents, operatorOf } from './agents.ts';
import { DomainError } from './domain-error.ts';
import type { Invitations, NewInvitation } from './invitations.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import type { Workspaces } from './workspaces.ts';

/** Names a workspace by key or id. May be left out where there is only one. */
interface InWorkspace {
  workspace?: string;
}

/** What the operator may ask at the command line: name, then input and result. */
export interface AdminOperations {
  'workspace.create': { input: { name: string }; result: WorkspaceWithTag };
  'workspace.list': { input: Record<never, never>; result: WorkspaceWithTag[] };
  'workspace.show': { input: InWorkspace; result: WorkspaceWithTag & { agents: AgentSummary[] } };
  'workspace.update': {
    input: InWorkspace & { change: UpdateWorkspace };
    result: WorkspaceWithTag;
  };
  'agent.list': { input: InWorkspace; result: AgentSummary[] };
  'agent.invite': { input: InWorkspace & { role: AgentRole }; result: NewInvitation };
  'agent.set-password': { input: { email: string; password: string }; result: AgentSummary[] };
  'agent.disable': { input: InWorkspace & { agent: string }; result: AgentSummary };
  /** A link for the first workspace's first owner; `null` once it has one. */
  'owner.invite': { input: Record<never, never>; result: NewInvitation | null };
}

/** The name of an operation. */
export type AdminOperation = keyof AdminOperations;

/** A workspace and what its owner pastes into a page. */
export interface WorkspaceWithTag extends WorkspaceRecord {
  tag: string;
}

/** An agent without what the operator need not see. */
export type AgentSummary = Pick<AgentRecord, 'id' | 'name' | 'email' | 'role' | 'isDisabled'>;

/** Does what the operator asks. */
export interface Admin {
  /**
   * Parses its input like every door.
   *
   * @throws DomainError in words for the operator.
   */
  execute<Name extends AdminOperation>(
    name: Name,
    input: AdminOperations[Name]['input'],
  ): Promise<AdminOperations[Name]['result']>;
  /** The same for a name and input that came through a socket. */
  executeUnknown(name: string, input: unknown): Promise<unknown>;
}

interface AdminOptions {
  storage: Storage;
  workspaces: Workspaces;
  agents: Agents;
  invitations: Invitations;
  passwords: Passwords;
  sessions: Sessions;
  publicUrl: () => URL;
}

/** Operations parse their own input, since it may come through a socket. */
type Table = {
  [Name in AdminOperation]: (input: unknown) => Promise<AdminOperations[Name]['result']>;
};

const workspaceName = z.string().min(1).max(64).optional();
const inWorkspace = z.object({ workspace: workspaceName });
const nothing = z.object({});

/** @see Admin */
export function createAdmin(options: AdminOptions): Admin {
  const table: Table = { ...workspaceOperations(options), ...agentOperations(options) };
  return {
    execute: (name, input) => table[name](input),
    async executeUnknown(name, input) {
      if (Object.hasOwn(table, name)) return table[name as AdminOperation](input);
      throw new DomainError('invalid', `There is no operation ${name}.`);
    },
  };
}

function operation<Input, Result>(
  schema: z.ZodType<Input>,
  run: (input: Input) => Promise<Result>,
) {
  return async (input: unknown): Promise<Result> => {
    const parsed = parseInput(schema, input);
    if (!parsed.ok) throw new DomainError(parsed.code, parsed.message);
    return run(parsed.value);
  };
}

function workspaceOperations({ workspaces, agents, publicUrl }: AdminOptions) {
  const withTag = (workspace: WorkspaceRecord): WorkspaceWithTag => {
    const src = new URL(`/w/${workspace.key}.js`, publicUrl()).href;
    return { ...workspace, tag: `<script async src="${src}"></script>` };
  };
  return {
    'workspace.create': operation(z.object({ name: nameSchema }), async ({ name }) =>
      withTag(await workspaces.create(name)),
    ),
    'workspace.list': operation(nothing, async () => (await workspaces.list()).map(withTag)),
    'workspace.show': operation(inWorkspace, async ({ workspace }) => {
      const found = await findWorkspace(workspaces, workspace);
      return { ...withTag(found), agents: (await agents.list(found.id)).map(summarise) };
    }),
    'workspace.update': operation(
      inWorkspace.extend({ change: updateWorkspaceSchema }),
      async ({ workspace, change }) => {
        const { id } = await findWorkspace(workspaces, workspace);
        return withTag(await workspaces.update(operatorOf(id), change));
      },
    ),
  } satisfies Partial<Table>;
}

function agentOperations(options: AdminOptions) {
  const { workspaces, agents, invitations } = options;
  return {
    'agent.list': operation(inWorkspace, async ({ workspace }) => {
      const { id } = await findWorkspace(workspaces, workspace);
      return (await agents.list(id)).map(summarise);
    }),
    'agent.invite': operation(
      inWorkspace.extend({ role: agentRoleSchema }),
      async ({ workspace, role }) => {
        const { id } = await findWorkspace(workspaces, workspace);
        return invitations.create(operatorOf(id), role);
      },
    ),
    'agent.set-password': operation(
      z.object({ email: emailSchema, password: newPasswordSchema }),
      (input) => setPassword(options, input),
    ),
    'agent.disable': operation(
      inWorkspace.extend({ agent: z.string().min(1).max(254) }),
      async ({ workspace, agent }) => {
        const { id } = await findWorkspace(workspaces, workspace);
        const found = findAgent(await agents.list(id), agent);
        return summarise(await agents.update(operatorOf(id), found.id, { isDisabled: true }));
      },
    ),
    'owner.invite': operation(nothing, () => inviteFirstOwner(options)),
  } satisfies Partial<Table>;
}

async function inviteFirstOwner({
  workspaces,
  agents,
  invitations,
}: AdminOptions): Promise<NewInvitation | null> {
  const [first] = await workspaces.list();
  if (!first) return null;
  const isOwner = ({ role, isDisabled }: AgentRecord) => role === 'owner' && !isDisabled;
  if ((await agents.list(first.id)).some(isOwner)) return null;
  return invitations.createForFirstOwner(first.id);
}

/** Whoever forgot a password may have lost more than that: all sessions of the account end. */
async function setPassword(
  { storage, passwords, sessions }: AdminOptions,
  { email, password }: AdminOperations['agent.set-password']['input'],
): Promise<AgentSummary[]> {
  const { accounts } = storage.directory;
  const account = await accounts.findByEmail(email);
  if (!account) {
    throw new DomainError('not_found', `Nobody here has the e-mail address ${email}.`);
  }
  await accounts.setPassword(account.id, await passwords.hash(password));
  await sessions.revokeAll(account.id);
  return (await accounts.memberships(account.id)).map(summarise);
}

async function findWorkspace(
  workspaces: Workspaces,
  name: string | undefined,
): Promise<WorkspaceRecord> {
  const all = await workspaces.list();
  const named = all.filter(({ id, key }) => name === undefined || id === name || key === name);
  const [found, another] = named;
  if (found && !another) return found;
  if (found) {
    throw new DomainError(
      'invalid',
      `There are ${all.length} workspaces: say which one by its key (see: alcove workspace list).`,
    );
  }
  throw new DomainError(
    'not_found',
    name === undefined
      ? 'There is no workspace yet. Make one: alcove workspace create "My workspace"'
      : `There is no workspace ${name} (see: alcove workspace list).`,
  );
}

function findAgent(agents: readonly AgentRecord[], name: string): AgentRecord {
  const found = agents.find(({ id, email }) => id === name || email === name.toLowerCase());
  if (found) return found;
  throw new DomainError(
    'not_found',
    `Nobody in this workspace is ${name} (see: alcove agent list).`,
  );
}

function summarise({ id, name, email, role, isDisabled }: AgentRecord): AgentSummary {
  return { id, name, email, role, isDisabled };
}
