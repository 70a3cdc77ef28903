import type { Contact } from '@alcove/protocol';
import { trusted } from 'mongoose';
import type { Directory, WorkspaceStorage } from '../../storage.ts';
import type { Models } from '../collections.ts';
import type { AgentDocument, ContactDocument } from '../documents.ts';
import { given, toDocument, toRecord } from '../documents.ts';
import { insert } from '../insert.ts';

/** Sign-ins, over all workspaces. */
export function accountMethods({ accounts, agents }: Models): Directory['accounts'] {
  return {
    async create(account) {
      if (await insert(accounts, toDocument(account))) return 'created';
      // The same call made again finds its own document: that is no conflict.
      const own = await accounts.findOne({ _id: account.id }).lean();
      return own?.email === account.email ? 'created' : 'email_taken';
    },

    async get(accountId) {
      const found = await accounts.findOne({ _id: accountId }).lean();
      return found === null ? null : toRecord(found);
    },

    async findByEmail(email) {
      const found = await accounts.findOne({ email }).lean();
      return found === null ? null : toRecord(found);
    },

    async setPassword(accountId, passwordHash, expectedHash) {
      const stillIs = expectedHash === undefined ? {} : { passwordHash: expectedHash };
      const change = { $set: { passwordHash } };
      const { matchedCount } = await accounts.updateOne({ _id: accountId, ...stillIs }, change);
      if (matchedCount === 1) return true;
      // The same call made again finds what it stored: that is no conflict.
      const found = await accounts.findOne({ _id: accountId }).lean();
      return found?.passwordHash === passwordHash;
    },

    async memberships(accountId) {
      const found = await agents
        .find({ accountId })
        .sort({ createdAt: 1, workspaceId: 1, _id: 1 })
        .lean();
      return found.map(toRecord);
    },
  };
}

/** Those who answer in one workspace. */
export function agentMethods(workspaceId: string, { agents }: Models): WorkspaceStorage['agents'] {
  return {
    async create(agent) {
      const document: AgentDocument = { ...toDocument(agent), workspaceId };
      if (await insert(agents, document)) return 'created';
      const own = await agents.findOne({ _id: agent.id, workspaceId }).lean();
      return own?.accountId === agent.accountId ? 'created' : 'already_member';
    },

    async get(agentId) {
      const found = await agents.findOne({ _id: agentId, workspaceId }).lean();
      return found === null ? null : toRecord(found);
    },

    async list() {
      const found = await agents.find({ workspaceId }).sort({ createdAt: 1, _id: 1 }).lean();
      return found.map(toRecord);
    },

    async update(agentId, { name, role, isDisabled }) {
      const change = given({ name, role, isDisabled });
      await agents.updateOne({ _id: agentId, workspaceId }, { $set: change });
    },
  };
}

/** Those who write in one workspace, and what is known of them. */
export function visitorMethods(
  workspaceId: string,
  { contacts, visitors }: Models,
): Pick<WorkspaceStorage, 'visitors' | 'contacts'> {
  return {
    visitors: {
      async create(visitor, contact) {
        // A visitor never stands without its contact, even if this stops half-way.
        await insert(contacts, { ...toDocument(contact), workspaceId });
        await insert(visitors, { ...toDocument(visitor), workspaceId });
      },

      async get(visitorId) {
        const found = await visitors.findOne({ _id: visitorId, workspaceId }).lean();
        if (found === null) return null;
        const { _id: id, contactId, createdAt } = found;
        return { id, contactId, createdAt };
      },
    },
    contacts: {
      async get(contactId) {
        const found = await contacts.findOne({ _id: contactId, workspaceId }).lean();
        return found === null ? null : toContact(found);
      },

      async getMany(contactIds) {
        const among = trusted({ $in: [...contactIds] });
        const found = await contacts.find({ _id: among, workspaceId }).lean();
        return found.map(toContact);
      },

      async update(contactId, { name, email, page, userAgent, locale, lastSeenAt }) {
        const change = given({ name, email, page, userAgent, locale, lastSeenAt });
        const found = await contacts
          .findOneAndUpdate(
            { _id: contactId, workspaceId },
            { $set: change },
            { returnDocument: 'after' },
          )
          .lean();
        return found === null ? null : toContact(found);
      },
    },
  };
}

function toContact({ workspaceId: _workspaceId, ...contact }: ContactDocument): Contact {
  return toRecord(contact);
}
