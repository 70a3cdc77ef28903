import type {
  Appended,
  DeleteMessage,
  EditMessage,
  MessageCreated,
  SendableContent,
} from '@alcove/protocol';
import type { Storage } from '../storage/storage.ts';
import type { Access, ConversationScope } from './access.ts';
import type { Decide } from './decisions.ts';
import { DomainError } from './domain-error.ts';
import { findMessage } from './find-message.ts';
import { actorOf, type Caller } from './principal.ts';

/** What an author may do to a message once it is said. */
export interface MessageChanges {
  /** @throws DomainError `not_found`, `invalid`, `forbidden`, `conflict`, `id_conflict` or `busy`. */
  edit(caller: Caller, command: EditMessage): Promise<Appended>;
  /** @throws DomainError `not_found`, `invalid`, `forbidden`, `conflict`, `id_conflict` or `busy`. */
  delete(caller: Caller, command: DeleteMessage): Promise<Appended>;
}

export function createMessageChanges(options: {
  storage: Storage;
  access: Access;
  decide: Decide;
}): MessageChanges {
  const { storage, access, decide } = options;

  /** @throws DomainError when this is nobody's message, or somebody else's. */
  async function ownMessage(caller: Caller, scope: ConversationScope, seq: number) {
    const message = await findMessage(storage, caller.principal, scope, seq);
    const { kind, id } = actorOf(caller.principal);
    if (message.actor.kind !== kind || message.actor.id !== id) {
      throw new DomainError('forbidden', 'Only its author can change a message.');
    }
    return message;
  }

  return {
    async edit(caller, { conversationId, clientEventId, messageSeq, content }) {
      const scope = await access.scopeOf(caller.principal, conversationId);
      const act = { type: 'message.edited', clientEventId, messageSeq, content } as const;
      return decide(caller, scope, act, async () => {
        const message = await ownMessage(caller, scope, messageSeq);
        if (isDeleted(message)) return 'This message was deleted.';
        return isSame(message, content) ? 'The message already says this.' : undefined;
      });
    },

    async delete(caller, { conversationId, clientEventId, messageSeq }) {
      const scope = await access.scopeOf(caller.principal, conversationId);
      const act = { type: 'message.deleted', clientEventId, messageSeq } as const;
      return decide(caller, scope, act, async () =>
        isDeleted(await ownMessage(caller, scope, messageSeq))
          ? 'This message was already deleted.'
          : undefined,
      );
    },
  };
}

function isDeleted({ content }: MessageCreated): boolean {
  return content.kind === 'deleted';
}

function isSame({ content }: MessageCreated, wanted: SendableContent): boolean {
  return content.kind === wanted.kind && content.text === wanted.text;
}
