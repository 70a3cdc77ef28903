import { type InboxRow, WIRE_LIMITS } from '@alcove/protocol';
import { useEffect, useState } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { useClient } from '../client/console-context.tsx';
import { reasonOf } from '../client/reason.ts';
import { t } from '../shared/texts.ts';
import { type DraftsRoot, draftChanged, selectDraft } from './drafts.ts';

/** What is being written, and what becomes of it. */
export interface Draft {
  text: string;
  canSend: boolean;
  /** Why it cannot be sent, in words. */
  problem: string | null;
  write(text: string): void;
  send(): void;
}

/** The draft of a conversation: kept, told to the visitor as typing, and sent. */
export function useDraft(row: InboxRow): Draft {
  const client = useClient();
  const dispatch = useDispatch();
  const text = useSelector((root: DraftsRoot) => selectDraft(root, row.id));
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => () => client.setTyping(row.id, false), [client, row.id]);

  const excess = excessBytes(text);
  const canSend = text.trim() !== '' && excess === 0;
  const keep = (kept: string) => dispatch(draftChanged({ conversationId: row.id, text: kept }));
  return {
    text,
    canSend,
    problem: failure ?? (excess > 0 ? t('composer.too_long', { count: excess }) : null),
    write(written) {
      keep(written);
      client.setTyping(row.id, written !== '');
      setFailure(null);
    },
    send() {
      if (!canSend) return;
      setFailure(null);
      client.setTyping(row.id, false);
      // Cleared before the answer: the message is in the outbox, and the next one may be written at once.
      keep('');
      client.send(row.id, text, { assignsSelf: row.assignee === null }).catch((error: unknown) => {
        setFailure(reasonOf(error));
        keep(text);
      });
    },
  };
}

function excessBytes(text: string): number {
  return Math.max(0, new TextEncoder().encode(text).length - WIRE_LIMITS.textBytes);
}
