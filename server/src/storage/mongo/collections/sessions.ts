import { trusted } from 'mongoose';
import type { Directory, SessionRecord } from '../../storage.ts';
import type { Models } from '../collections.ts';
import type { SessionDocument } from '../documents.ts';
import { insert } from '../insert.ts';

/** Refresh tokens. */
export function sessionMethods({ sessions }: Models): Directory['sessions'] {
  const find = async (tokenHash: string): Promise<SessionRecord | null> => {
    const found = await sessions.findOne({ _id: tokenHash }).lean();
    return found === null ? null : toSession(found);
  };
  const revoke = revoking(sessions);
  return {
    async create(session) {
      await insert(sessions, toDocument(session));
    },

    find,

    async rotate(tokenHash, rotatedAt, successor) {
      const now = await find(tokenHash);
      if (now === null || now.revokedAt !== null) return false;
      // The successor first: a sign-out that comes now finds it, or finds the session and forbids the mark below.
      const isNew = await insert(sessions, toDocument(successor));
      const { matchedCount } = await sessions.updateOne(
        { _id: tokenHash, revokedAt: null, rotatedAt: null },
        { $set: { rotatedAt } },
      );
      if (matchedCount === 1 || (await find(tokenHash))?.revokedAt === null) return true;
      if (isNew) await sessions.deleteOne({ _id: successor.tokenHash });
      return false;
    },

    async isActive(familyId, now) {
      // A renewal that an outage cut off may have left a successor: a family is ended as a whole, so one that was revoked
      // decides. Those come first, and one question finds either.
      const isTelling = [{ revokedAt: trusted({ $gt: '' }) }, { expiresAt: trusted({ $gt: now }) }];
      const first = await sessions
        .findOne({ familyId, $or: isTelling }, { revokedAt: 1 })
        .sort({ revokedAt: -1 })
        .lean();
      return first?.revokedAt === null;
    },

    async revokeFamily(familyId, revokedAt) {
      await revoke({ familyId }, revokedAt);
    },

    async revokeAll(principalId, revokedAt, workspaceId) {
      const owner = workspaceId === undefined ? { principalId } : { principalId, workspaceId };
      const revoked = await revoke(owner, revokedAt);
      const active = revoked.filter(({ expiresAt }) => expiresAt > revokedAt);
      return [...new Set(active.map(({ familyId }) => familyId))];
    },

    async prune(before) {
      await sessions.deleteMany({ expiresAt: trusted({ $lt: before }) });
      await sessions.deleteMany({ rotatedAt: trusted({ $lt: before }) });
    },
  };
}

/** Makes the function that revokes sessions, and answers those that it found. */
function revoking(sessions: Models['sessions']) {
  return async (owner: Owner, revokedAt: string): Promise<SessionDocument[]> => {
    const revoked: SessionDocument[] = [];
    // Until there is nothing left: a successor may come in behind the place where an update has got to.
    for (;;) {
      const found = await sessions.find({ ...owner, revokedAt: null }).lean();
      if (found.length === 0) return revoked;
      const among = trusted({ $in: found.map(({ _id }) => _id) });
      await sessions.updateMany({ _id: among, revokedAt: null }, { $set: { revokedAt } });
      revoked.push(...found);
    }
  };
}

type Owner = Partial<Pick<SessionDocument, 'familyId' | 'principalId' | 'workspaceId'>>;

function toSession({ _id: tokenHash, ...session }: SessionDocument): SessionRecord {
  return { tokenHash, ...session };
}

/** The document of a session. */
export function toDocument({ tokenHash, ...session }: SessionRecord): SessionDocument {
  return { _id: tokenHash, ...session };
}
