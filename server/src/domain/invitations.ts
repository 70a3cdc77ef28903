import { randomBytes } from 'node:crypto';
import {
  type AcceptInvitation,
  type AgentRole,
  createId,
  type Invitation,
  type InvitationDetails,
} from '@alcove/protocol';
import type { AccountRecord, AgentRecord, InvitationRecord, Storage } from '../storage/storage.ts';
import { type Authority, requireManager } from './agents.ts';
import { type Clock, toIso } from './clock.ts';
import { DomainError } from './domain-error.ts';
import type { Passwords } from './passwords.ts';
import type { Roster } from './roster.ts';
import { hashOf } from './sessions.ts';
import type { Workspaces } from './workspaces.ts';

/** An invitation and the link that carries its token, which exists nowhere else. */
export interface NewInvitation {
  invitation: Invitation;
  url: string;
}

/** Somebody who has just joined, and the account that is theirs. */
export interface Joined {
  agent: AgentRecord;
  account: AccountRecord;
}

/** Links by which people join a workspace. They are copied by hand, work once, and end by themselves. */
export interface Invitations {
  /** @throws DomainError `forbidden` */
  create(by: Authority, role: AgentRole): Promise<NewInvitation>;
  /** A link for the first owner; earlier ones stop working. */
  createForFirstOwner(workspaceId: string): Promise<NewInvitation>;
  /** Those that can still be used, newest first. @throws DomainError `forbidden` */
  list(by: Authority): Promise<Invitation[]>;
  /** @throws DomainError `forbidden`; `not_found` */
  withdraw(by: Authority, invitationId: string): Promise<void>;
  /** @throws DomainError `not_found` when the link is used up, withdrawn, too old, or none. */
  lookUp(token: string): Promise<InvitationDetails>;
  /**
   * Uses the link up. Whoever has an account already proves it by its password and joins with it.
   *
   * @throws DomainError `not_found` as above; `conflict` when the address has an account with another password, or is
   * a member already. The link stays good then, unless the address came to its account, or its membership, through
   * another link at the same moment.
   */
  accept(acceptance: AcceptInvitation): Promise<Joined>;
}

const LIFETIME_MS = 7 * 24 * 60 * 60 * 1000;

/** The first owner's link stands in a terminal, maybe one that is recorded. */
const FIRST_OWNER_LIFETIME_MS = 15 * 60 * 1000;

const TOKEN_BYTES = 32;

interface InvitationsOptions {
  storage: Storage;
  workspaces: Workspaces;
  passwords: Passwords;
  roster: Pick<Roster, 'forget'>;
  clock: Clock;
  publicUrl: () => URL;
}

/** @see Invitations */
export function createInvitations(options: InvitationsOptions): Invitations {
  const { storage, workspaces, clock } = options;
  return {
    async create(by, role) {
      checkInviter(by, role);
      return issue(options, by.workspaceId, role, LIFETIME_MS);
    },
    async createForFirstOwner(workspaceId) {
      const { invitations } = storage.forWorkspace(workspaceId);
      const earlier = await invitations.list(toIso(clock.now()));
      const owners = earlier.filter(({ role }) => role === 'owner');
      await Promise.all(owners.map(({ id }) => invitations.delete(id)));
      return issue(options, workspaceId, 'owner', FIRST_OWNER_LIFETIME_MS);
    },
    async list(by) {
      requireManager(by);
      const { invitations } = storage.forWorkspace(by.workspaceId);
      return (await invitations.list(toIso(clock.now()))).map(presentInvitation);
    },
    async withdraw(by, invitationId) {
      requireManager(by);
      const { invitations } = storage.forWorkspace(by.workspaceId);
      const usable = await invitations.list(toIso(clock.now()));
      const invitation = usable.find(({ id }) => id === invitationId);
      if (!invitation) throw unusable();
      checkInviter(by, invitation.role);
      await invitations.delete(invitationId);
    },
    async lookUp(token) {
      const { workspaceId, role, expiresAt } = await findUsable(options, token);
      const { name } = await workspaces.get(workspaceId);
      return { workspaceName: name, role, expiresAt };
    },
    accept: (acceptance) => accept(options, acceptance),
  };
}

async function issue(
  { storage, clock, publicUrl }: InvitationsOptions,
  workspaceId: string,
  role: AgentRole,
  lifetimeMs: number,
): Promise<NewInvitation> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const record: InvitationRecord = {
    id: createId('in'),
    workspaceId,
    tokenHash: hashOf(token),
    role,
    createdAt: toIso(clock.now()),
    expiresAt: toIso(clock.now() + lifetimeMs),
    usedAt: null,
  };
  await storage.forWorkspace(workspaceId).invitations.create(record);
  // Behind `#`: browsers send that part to nobody, so it stands in no log on the way.
  const url = new URL(`/console/#/join/${token}`, publicUrl()).href;
  return { invitation: presentInvitation(record), url };
}

async function findUsable(
  { storage, clock }: InvitationsOptions,
  token: string,
): Promise<InvitationRecord> {
  const invitation = await storage.directory.invitations.find(hashOf(token));
  if (!invitation || invitation.usedAt !== null) throw unusable();
  if (Date.parse(invitation.expiresAt) <= clock.now()) throw unusable();
  return invitation;
}

async function accept(options: InvitationsOptions, acceptance: AcceptInvitation): Promise<Joined> {
  const { storage, clock, roster } = options;
  const { workspaceId, role, tokenHash } = await findUsable(options, acceptance.token);
  const known = await findNewcomer(options, workspaceId, acceptance);
  // Everything that a person can mend was checked: from here on the link is used up, whatever happens. Earlier, one link
  // could make as many accounts as are asked for at once, for addresses of others.
  const now = toIso(clock.now());
  if (!(await storage.directory.invitations.consume(tokenHash, now))) throw unusable();
  const account = known ?? (await createAccount(options, workspaceId, acceptance));
  const agent: AgentRecord = {
    id: createId('ag'),
    workspaceId,
    accountId: account.id,
    name: acceptance.name,
    email: account.email,
    role,
    isDisabled: false,
    createdAt: now,
  };
  const outcome = await storage.forWorkspace(workspaceId).agents.create(agent);
  if (outcome === 'already_member') throw memberAlready();
  roster.forget(workspaceId);
  return { agent, account };
}

/** The account of somebody who has one already, and has just proved that it is theirs. */
async function findNewcomer(
  { storage, passwords }: InvitationsOptions,
  workspaceId: string,
  { email, password }: AcceptInvitation,
): Promise<AccountRecord | undefined> {
  const { accounts } = storage.directory;
  const account = await accounts.findByEmail(email);
  if (!account) return undefined;
  if (!(await passwords.isCorrect(password, account.passwordHash))) throw otherPassword();
  const agents = await accounts.memberships(account.id);
  if (agents.some((agent) => agent.workspaceId === workspaceId)) throw memberAlready();
  return account;
}

async function createAccount(
  options: InvitationsOptions,
  workspaceId: string,
  acceptance: AcceptInvitation,
): Promise<AccountRecord> {
  const { storage, passwords, clock } = options;
  const account: AccountRecord = {
    id: createId('ac'),
    email: acceptance.email,
    passwordHash: await passwords.hash(acceptance.password),
    createdAt: toIso(clock.now()),
  };
  if ((await storage.directory.accounts.create(account)) === 'created') return account;
  // Made at the same moment through another link: by the same person, if the password is the same.
  const known = await findNewcomer(options, workspaceId, acceptance);
  if (!known) throw new Error('an address is taken by no account');
  return known;
}

function presentInvitation({ id, role, createdAt, expiresAt }: InvitationRecord): Invitation {
  return { id, role, createdAt, expiresAt };
}

/** Nobody gives away more than they have. */
function checkInviter(by: Authority, role: AgentRole): void {
  requireManager(by);
  if (role === 'owner' && by.role !== 'owner') {
    throw new DomainError('forbidden', 'Only an owner may invite an owner.');
  }
}

function unusable(): DomainError {
  return new DomainError(
    'not_found',
    'This invitation was used, withdrawn, or is too old. Ask for a new link.',
  );
}

function otherPassword(): DomainError {
  return new DomainError(
    'conflict',
    'This e-mail address has an account here already. Enter the password of that account to join with it.',
  );
}

function memberAlready(): DomainError {
  return new DomainError('conflict', 'You are in this workspace already. Sign in instead.');
}
