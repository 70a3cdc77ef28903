import { textOf } from '@alcove/protocol';
import { type RefObject, useMemo } from 'react';
import { flushSync } from 'react-dom';
import { useDispatch } from 'react-redux';
import { editBegun, replyBegun } from './drafts.ts';
import type { MessageItem } from './message-acts.ts';

/** Ways to begin writing about one message; each leads into the field. */
export interface DraftStarts {
  reply(item: MessageItem): void;
  edit(item: MessageItem): void;
}

/** The ways for a conversation and its field. */
export function useDraftStarts(
  conversationId: string,
  field: RefObject<HTMLTextAreaElement | null>,
): DraftStarts {
  const dispatch = useDispatch();
  return useMemo(() => {
    function begin(action: ReturnType<typeof replyBegun | typeof editBegun>): void {
      // The field must hold its new text before the caret can go to the end of it.
      flushSync(() => dispatch(action));
      const input = field.current;
      input?.focus();
      input?.setSelectionRange(input.value.length, input.value.length);
    }
    return {
      reply({ seq }) {
        if (seq !== undefined) begin(replyBegun({ conversationId, seq }));
      },
      edit({ seq, content }) {
        if (seq !== undefined) begin(editBegun({ conversationId, seq, text: textOf(content) }));
      },
    };
  }, [dispatch, conversationId, field]);
}
