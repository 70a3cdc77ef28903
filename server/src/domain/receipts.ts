import type { GetReceipt, ReceiptResult } from '@alcove/protocol';
import type { Storage } from '../storage/storage.ts';
import type { Access } from './access.ts';
import { findMessage } from './find-message.ts';
import { presentActor } from './present.ts';
import type { AgentPrincipal } from './principal.ts';
import type { Roster } from './roster.ts';

/** How messages travelled. */
export interface Receipts {
  /** @throws DomainError `not_found` or `invalid`. */
  get(principal: AgentPrincipal, query: GetReceipt): Promise<ReceiptResult>;
}

export function createReceipts(options: {
  storage: Storage;
  access: Access;
  roster: Roster;
}): Receipts {
  const { storage, access, roster } = options;

  return {
    async get(principal, { conversationId, messageSeq }) {
      const scope = await access.scopeOf(principal, conversationId);
      const { conversations } = storage.forWorkspace(scope.workspaceId);
      const [message, receipts, agents] = await Promise.all([
        findMessage(storage, principal, scope, messageSeq),
        conversations.receiptsOf({ conversationId, seq: messageSeq }),
        roster.agents(scope.workspaceId),
      ]);
      return {
        receipt: {
          seq: message.seq,
          actor: presentActor(message.actor, agents),
          writtenAt: message.writtenAt ?? null,
          storedAt: message.at,
          receipts: receipts
            .filter(({ participant }) => participant.id !== message.actor.id)
            .map(({ participant, deliveredAt, readAt }) => ({
              participant: presentActor(participant, agents),
              deliveredAt,
              readAt,
            })),
        },
      };
    },
  };
}
