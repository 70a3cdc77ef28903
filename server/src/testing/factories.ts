import { randomUUID } from 'node:crypto';
import {
  type AgentRole,
  type AgentSession,
  type CreateVisitorSession,
  HTTP_PATHS,
  type VisitorSession,
} from '@alcove/protocol';
import type { Admin } from '../domain/admin.ts';
import type { WorkspaceRecord } from '../storage/storage.ts';

/** Somebody who answers, signed in. */
export interface TestAgent extends AgentSession {
  email: string;
  password: string;
  /** The session's cookie, ready to be sent: `name=value`. */
  cookie: string;
}

/** Makes people and workspaces, through the doors that everybody uses. */
export interface Factories {
  /** The workspace that every server starts with. */
  workspace: WorkspaceRecord;
  /** The origin under which the console is served. */
  origin: string;
  /** Does what the `alcove` command does. */
  execute: Admin['execute'];
  createWorkspace(name?: string): Promise<WorkspaceRecord>;
  /** Invites somebody and accepts. */
  createAgent(role?: AgentRole, options?: NewAgent): Promise<TestAgent>;
  /** A visitor who has just acted on a page of `origin`. */
  createVisitorSession(
    origin?: string,
    request?: Partial<CreateVisitorSession>,
  ): Promise<VisitorSession>;
}

/** What a new agent is like, where it matters. */
export interface NewAgent {
  workspace?: WorkspaceRecord;
  name?: string;
  email?: string;
  password?: string;
}

/** @see Factories */
export async function createFactories({
  url,
  origin,
  execute,
}: {
  url: string;
  origin: string;
  execute: Admin['execute'];
}): Promise<Factories> {
  const [workspace] = await execute('workspace.list', {});
  if (!workspace) throw new Error('a server starts with a workspace, and this one has none');

  const post = async (path: string, body: object, from: string) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: from },
      body: JSON.stringify(body),
    });
    if (response.ok) return response;
    const refusal = (await response.json()) as object;
    throw new Error(`${path} answered ${JSON.stringify(refusal)}`, { cause: refusal });
  };

  return {
    workspace,
    origin,
    execute,
    createWorkspace: (name = 'Another workspace') => execute('workspace.create', { name }),
    createAgent: (role = 'agent', options = {}) =>
      untilNotBusy(async () => {
        const { key } = options.workspace ?? workspace;
        const person = { ...newPerson(), ...withoutWorkspace(options) };
        const { url: link } = await execute('agent.invite', { workspace: key, role });
        const token = link.slice(link.lastIndexOf('/') + 1);
        const response = await post(HTTP_PATHS.invitationAccept, { ...person, token }, origin);
        const session = (await response.json()) as AgentSession;
        const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
        return { ...session, email: person.email, password: person.password, cookie };
      }),
    async createVisitorSession(from = url, request = {}) {
      const body = { workspaceKey: workspace.key, ...request };
      const response = await post(HTTP_PATHS.visitorSession, body, from);
      return (await response.json()) as VisitorSession;
    },
  };
}

/**
 * A machine that has much to do may answer `busy`, and have done it all the same: so everything is done anew, with an
 * invitation of its own.
 */
async function untilNotBusy<Result>(act: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const { code } = (Object(error) as { cause?: { code?: unknown } }).cause ?? {};
      if (code !== 'busy') throw error;
    }
  }
}

function newPerson() {
  const id = randomUUID().slice(0, 8);
  return { name: `Agent ${id}`, email: `agent-${id}@example.com`, password: `password ${id}` };
}

function withoutWorkspace({ workspace: _workspace, ...person }: NewAgent) {
  return person;
}
