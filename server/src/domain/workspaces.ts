import { createHmac } from 'node:crypto';
import {
  createId,
  fitBrandColour,
  type UpdateWorkspace,
  type WidgetSettings,
} from '@alcove/protocol';
import type { Storage, WorkspaceRecord } from '../storage/storage.ts';
import { type Authority, requireManager } from './agents.ts';
import { type Clock, toIso } from './clock.ts';
import { DomainError } from './domain-error.ts';
import type { Key } from './keys.ts';

/** Tenants: making them, finding them, changing how they look and where they may run. */
export interface Workspaces {
  create(name: string): Promise<WorkspaceRecord>;
  /**
   * Makes one if there is none. Nodes that begin together on an empty store make one workspace: its key follows from a
   * secret that they share.
   */
  createFirst(name: string, secret: Key['secret']): Promise<void>;
  /** Oldest first. */
  list(): Promise<WorkspaceRecord[]>;
  findByKey(key: string): Promise<WorkspaceRecord | null>;
  /** @throws DomainError `not_found` */
  get(workspaceId: string): Promise<WorkspaceRecord>;
  /** @throws DomainError `forbidden` for agents who manage nothing. */
  update(by: Authority, change: UpdateWorkspace): Promise<WorkspaceRecord>;
}

/** The project's own accent, until a workspace has a colour of its own. */
const DEFAULT_LOOK = { colour: '#0b6b62', side: 'end', theme: 'auto' } as const;

/** @see Workspaces */
export function createWorkspaces({
  storage,
  clock,
}: {
  storage: Storage;
  clock: Clock;
}): Workspaces {
  const get = async (workspaceId: string) => {
    const workspace = await storage.forWorkspace(workspaceId).settings.get();
    if (!workspace) throw new DomainError('not_found', 'There is no such workspace.');
    return workspace;
  };
  return {
    async create(name) {
      const workspace = toRecord(name, createId('wk'), clock);
      const outcome = await storage.directory.workspaces.create(workspace);
      // 120 random bits that exist already mean that the random source is broken.
      if (outcome === 'key_taken') throw new Error('a new workspace key was taken already');
      return workspace;
    },
    async createFirst(name, secret) {
      if ((await storage.directory.workspaces.list()).length > 0) return;
      // With a taken key another node was faster, and this is the workspace that it made.
      await storage.directory.workspaces.create(toRecord(name, firstKey(secret), clock));
    },
    list: () => storage.directory.workspaces.list(),
    findByKey: (key) => storage.directory.workspaces.findByKey(key),
    get,
    async update(by, { look, ...change }) {
      requireManager(by);
      const workspace = await get(by.workspaceId);
      await storage.forWorkspace(by.workspaceId).settings.update({
        ...change,
        ...(look && { look: { ...workspace.look, ...look } }),
      });
      return get(by.workspaceId);
    },
  };
}

function toRecord(name: string, key: string, clock: Clock): WorkspaceRecord {
  const createdAt = toIso(clock.now());
  const look = { ...DEFAULT_LOOK };
  return { id: createId('ws'), key, name, look, allowedOrigins: [], createdAt };
}

/** Looks like any other key, and cannot be turned back into the secret. */
function firstKey(secret: Key['secret']): string {
  const digits = createHmac('sha256', secret).update('the first workspace').digest();
  return `wk_${[...digits.subarray(0, 26)].map((byte) => (byte & 31).toString(32)).join('')}`;
}

/** Every visitor of every page downloads these bytes. */
const SETTINGS_BYTES = 300;

/** What stands in the loader, at most 300 bytes as JSON: a name that is too long for that is cut. */
export function presentWidgetSettings(workspace: WorkspaceRecord): WidgetSettings {
  const { key, name, look } = workspace;
  const settings = {
    key,
    name,
    side: look.side,
    theme: look.theme,
    ...fitBrandColour(look.colour),
  };
  const characters = [...name];
  while (Buffer.byteLength(JSON.stringify(settings)) > SETTINGS_BYTES && characters.length > 0) {
    characters.pop();
    settings.name = `${characters.join('').trimEnd()}…`;
  }
  return settings;
}
