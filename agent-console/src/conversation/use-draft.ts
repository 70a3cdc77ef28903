import { type InboxRow, WIRE_LIMITS } from '@alcove/protocol';
import { useEffect, useState } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { useClient } from '../client/console-context.tsx';
import { reasonOf } from '../client/reason.ts';
import { useActs } from '../client/use-acts.ts';
import { t } from '../shared/texts.ts';
import {
  type DraftsRoot,
  draftChanged,
  aboutDropped,
  draftReturned,
  draftSent,
  editReturned,
  selectDraft,
} from './drafts.ts';

/** What is being written, and what becomes of it. */
export interface DraftInHand {
  /** What stands in the field. */
  text: string;
  /** The message that it is about, if it is about one: an answer to it, or other words for it. */
  about: { kind: 'reply' | 'edit'; seq: number } | null;
  canSend: boolean;
  /** Why it cannot be sent, in words. */
  problem: string | null;
  write(text: string): void;
  /** Sends the message, or saves the edit. */
  send(): void;
  /** Ends the edit or the reply; answers whether there was one. */
  dropAbout(): boolean;
}

/** The draft of a conversation: kept, told to the visitor as typing, and sent. */
export function useDraft(row: InboxRow): DraftInHand {
  const client = useClient();
  const dispatch = useDispatch();
  const draft = useSelector((root: DraftsRoot) => selectDraft(root, row.id));
  const [failure, setFailure] = useState<string | null>(null);
  const save = useSave(row.id);
  useEffect(() => () => client.setTyping(row.id, false), [client, row.id]);

  const conversationId = row.id;
  const { editing, replyTo } = draft;
  const text = editing?.text ?? draft.text;
  const excess = excessBytes(text);
  const canSend = text.trim() !== '' && excess === 0;

  function post(): void {
    // Cleared before the answer: the message is in the outbox, and the next one may be written at once.
    dispatch(draftSent({ conversationId }));
    const assignsSelf = row.assignee === null;
    client.send(conversationId, text, { assignsSelf, replyTo }).catch((error: unknown) => {
      setFailure(reasonOf(error));
      dispatch(draftReturned({ conversationId, draft }));
    });
  }

  return {
    text,
    about: aboutOf(draft),
    canSend,
    problem: failure ?? (excess > 0 ? t('composer.too_long', { count: excess }) : null),
    write(written) {
      dispatch(draftChanged({ conversationId, text: written }));
      client.setTyping(conversationId, written !== '' && !editing);
      setFailure(null);
    },
    send() {
      if (!canSend) return;
      setFailure(null);
      client.setTyping(conversationId, false);
      if (editing) save(editing);
      else post();
    },
    dropAbout() {
      if (!editing && replyTo === undefined) return false;
      setFailure(null);
      dispatch(aboutDropped({ conversationId }));
      return true;
    },
  };
}

/** Saves an edit. One that is refused, perhaps much later, is told about and comes back into the field. */
function useSave(conversationId: string): (edit: { seq: number; text: string }) => void {
  const client = useClient();
  const dispatch = useDispatch();
  const acts = useActs();
  return (edit) => {
    dispatch(aboutDropped({ conversationId }));
    client.edit(conversationId, edit.seq, edit.text).catch((error: unknown) => {
      acts.fail(error);
      dispatch(editReturned({ conversationId, ...edit }));
    });
  };
}

function aboutOf({ editing, replyTo }: { editing?: { seq: number }; replyTo?: number }) {
  if (editing) return { kind: 'edit', seq: editing.seq } as const;
  return replyTo === undefined ? null : ({ kind: 'reply', seq: replyTo } as const);
}

function excessBytes(text: string): number {
  return Math.max(0, new TextEncoder().encode(text).length - WIRE_LIMITS.textBytes);
}
