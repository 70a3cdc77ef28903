import { useCallback, useMemo, useState } from 'react';
import type { MessageTools } from './message-props.ts';
import type { DraftStarts } from './use-draft-starts.ts';

/** A dialog about a message: its story, or the question before it is deleted. */
export interface OpenDialog {
  kind: 'story' | 'delete';
  /** The message's key in the timeline. */
  key: string;
  anchor: HTMLElement;
}

/** What messages offer, and which of their dialogs is open. */
export function useMessageTools({
  starts,
  jumpTo,
}: { starts: DraftStarts } & Pick<MessageTools, 'jumpTo'>): [
  tools: MessageTools,
  open: OpenDialog | null,
  close: () => void,
] {
  const [open, setOpen] = useState<OpenDialog | null>(null);
  const tools = useMemo(
    (): MessageTools => ({
      jumpTo,
      run(act, item, at) {
        if (act === 'reply') starts.reply(item);
        else if (act === 'edit') starts.edit(item);
        else if (act !== 'copy') setOpen({ kind: act, key: item.key, anchor: anchorOf(at) });
      },
    }),
    [jumpTo, starts],
  );
  return [tools, open, useCallback(() => setOpen(null), [])];
}

/**
 * The tools of a message go when the pointer leaves it, which it does when a dialog opens: what they opened hangs on the
 * message, and gives the focus back to it.
 */
function anchorOf(pressed: HTMLElement): HTMLElement {
  const message = pressed.closest('[role="toolbar"]')?.closest<HTMLElement>('[data-message]');
  message?.focus({ preventScroll: true });
  return message?.querySelector<HTMLElement>('[data-said]') ?? pressed;
}
