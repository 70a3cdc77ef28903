import { LRUCache } from 'lru-cache';
import type { Directory, Storage, WorkspaceStorage } from '../storage.ts';
import { createAppend, type Append } from './append.ts';
import { changeMethods, createToldChanges } from './collections/changes.ts';
import { conversationMethods } from './collections/conversations.ts';
import { cursorMethods } from './collections/cursors.ts';
import { eventMethods } from './collections/events.ts';
import { inboxMethods } from './collections/inbox.ts';
import { invitationMethods, tokenMethods } from './collections/invitations.ts';
import { accountMethods, agentMethods, visitorMethods } from './collections/people.ts';
import { lonelyNodeMethods } from './collections/lonely-nodes.ts';
import { sessionMethods } from './collections/sessions.ts';
import { settingMethods, workspaceMethods } from './collections/workspaces.ts';
import type { ToldChanges } from './collections/changes.ts';
import type { Models } from './collections.ts';
import type { Guard } from './guard.ts';
import type { Rows } from './rows.ts';

/** Handles that are kept: asked for with each command, and made of many small functions. */
const KNOWN_WORKSPACES = 1000;

export interface MongoStorageParts {
  models: Models;
  rows: Rows;
  guard: Guard;
  databaseTime: () => Date;
  close(): Promise<void>;
}

/** The storage interface over collections. */
export function createMongoStorage({ guard, close, ...parts }: MongoStorageParts): Storage {
  const { models } = parts;
  const shared = { ...parts, append: createAppend(parts), toldChanges: createToldChanges() };
  const directory: Directory = {
    workspaces: workspaceMethods(models),
    accounts: accountMethods(models),
    sessions: sessionMethods(models),
    invitations: tokenMethods(models),
  };
  const handles = new LRUCache<string, WorkspaceStorage>({
    max: KNOWN_WORKSPACES,
    memoMethod: (workspaceId) => guardAll(createWorkspace(workspaceId, shared), guard),
  });
  let closing: Promise<void> | undefined;
  return {
    directory: guardAll(directory, guard),
    forWorkspace: (workspaceId) => handles.memo(workspaceId),
    lonelyNodes: lonelyNodeMethods(models),
    check: () => guard.run('check', () => writeMark(models)),
    close: () => (closing ??= guard.close().then(close)),
  };
}

/** Shows that the database takes writes, which it may not where it answers. */
export async function writeMark({ store }: Models): Promise<void> {
  await store.updateOne({ _id: 'check' }, { $currentDate: { at: true } }, { upsert: true });
}

interface SharedParts {
  models: Models;
  rows: Rows;
  append: Append;
  toldChanges: ToldChanges;
  databaseTime: () => Date;
}

function createWorkspace(id: string, parts: SharedParts): WorkspaceStorage {
  const { append, models } = parts;
  return {
    id,
    settings: settingMethods(id, models),
    agents: agentMethods(id, models),
    invitations: invitationMethods(id, models),
    ...visitorMethods(id, models),
    conversations: {
      append: (request) => append(id, request),
      ...conversationMethods(id, parts),
      ...eventMethods(id, models),
      ...inboxMethods(id, models),
      ...changeMethods(id, parts),
      ...cursorMethods(id, parts),
    },
  };
}

type Methods = Record<string, (...parameters: never[]) => Promise<unknown>>;

/** Lets every method of every part go through the guard. */
function guardAll<Parts extends object>(parts: Parts, guard: Guard): Parts {
  const guarded = Object.entries(parts).map(([part, methods]: [string, Methods | string]) => [
    part,
    typeof methods === 'string' ? methods : guardEach(methods, guard),
  ]);
  return Object.fromEntries(guarded) as Parts;
}

function guardEach(methods: Methods, guard: Guard): Methods {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [
      name,
      (...parameters: never[]) => guard.run(name, () => method(...parameters)),
    ]),
  );
}
