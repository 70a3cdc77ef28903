import { trusted } from 'mongoose';
import type { Directory, WorkspaceStorage } from '../../storage.ts';
import type { Models } from '../collections.ts';
import { toDocument, toRecord } from '../documents.ts';
import { insert } from '../insert.ts';

/** Invitations as whoever holds one comes with it. */
export function tokenMethods({ invitations }: Models): Directory['invitations'] {
  return {
    async find(tokenHash) {
      const found = await invitations.findOne({ tokenHash }).lean();
      return found === null ? null : toRecord(found);
    },

    async consume(tokenHash, now) {
      const { modifiedCount } = await invitations.updateOne(
        { tokenHash, usedAt: null, expiresAt: trusted({ $gt: now }) },
        { $set: { usedAt: now } },
      );
      return modifiedCount === 1;
    },
  };
}

/** Invitations as the workspace that made them sees them. */
export function invitationMethods(
  workspaceId: string,
  { invitations }: Models,
): WorkspaceStorage['invitations'] {
  return {
    async create(invitation) {
      await insert(invitations, { ...toDocument(invitation), workspaceId });
    },

    async list(now) {
      const found = await invitations
        .find({ workspaceId, usedAt: null, expiresAt: trusted({ $gt: now }) })
        .sort({ createdAt: -1, _id: -1 })
        .lean();
      return found.map(toRecord);
    },

    async delete(invitationId) {
      await invitations.deleteOne({ _id: invitationId, workspaceId });
    },
  };
}
