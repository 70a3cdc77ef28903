import type { ConversationStorage, Storage } from '../storage/storage.ts';

/** A store in which some of what concerns conversations goes another way, to show what happens when it fails. */
export function wrapConversations(
  storage: Storage,
  change: (conversations: ConversationStorage) => Partial<ConversationStorage>,
): Storage {
  return {
    ...storage,
    forWorkspace(workspaceId) {
      const workspace = storage.forWorkspace(workspaceId);
      const { conversations } = workspace;
      return { ...workspace, conversations: { ...conversations, ...change(conversations) } };
    },
  };
}
