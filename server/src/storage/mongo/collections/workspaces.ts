import type { Directory, WorkspaceStorage } from '../../storage.ts';
import type { Models } from '../collections.ts';
import { given, toDocument, toRecord } from '../documents.ts';
import { insert } from '../insert.ts';

/** The tenants. */
export function workspaceMethods({ workspaces }: Models): Directory['workspaces'] {
  return {
    async create(workspace) {
      if (await insert(workspaces, toDocument(workspace))) return 'created';
      // The same call made again finds its own document: that is no conflict.
      const own = await workspaces.findOne({ _id: workspace.id }).lean();
      return own?.key === workspace.key ? 'created' : 'key_taken';
    },

    async findByKey(key) {
      const found = await workspaces.findOne({ key }).lean();
      return found === null ? null : toRecord(found);
    },

    async list() {
      const found = await workspaces.find().sort({ createdAt: 1, _id: 1 }).lean();
      return found.map(toRecord);
    },
  };
}

/** What one tenant has set. */
export function settingMethods(
  workspaceId: string,
  { workspaces }: Models,
): WorkspaceStorage['settings'] {
  return {
    async get() {
      const found = await workspaces.findOne({ _id: workspaceId }).lean();
      return found === null ? null : toRecord(found);
    },

    async update({ name, look, allowedOrigins }) {
      const change = given({ name, look, allowedOrigins });
      await workspaces.updateOne({ _id: workspaceId }, { $set: change });
    },
  };
}
