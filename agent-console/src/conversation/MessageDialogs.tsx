import type { Agent, InboxRow } from '@alcove/protocol';
import type { TimelineItem } from '@alcove/sdk/agent';
import { useActs } from '../client/use-acts.ts';
import { useClient } from '../client/console-context.tsx';
import { DeleteDialog } from './DeleteDialog.tsx';
import { MessageStory } from './MessageStory.tsx';
import type { MessageItem } from './message-acts.ts';
import type { OpenDialog } from './use-message-tools.ts';

interface MessageDialogsProps {
  row: InboxRow;
  items: readonly TimelineItem[];
  self: Agent | null;
  open: OpenDialog | null;
  onClose(): void;
}

/** The dialog about a message that is open, with the message as it is now. */
export function MessageDialogs({ row, items, self, open, onClose }: MessageDialogsProps) {
  const client = useClient();
  const acts = useActs();
  const item =
    open &&
    items.find((each): each is MessageItem => each.kind === 'message' && each.key === open.key);
  if (!open || !item) return null;
  if (open.kind === 'story') {
    return (
      <MessageStory row={row} item={item} self={self} anchor={open.anchor} onClose={onClose} />
    );
  }
  const remove = () => {
    onClose();
    if (item.seq !== undefined) client.delete(row.id, item.seq).catch(acts.fail);
  };
  return <DeleteDialog item={item} onDelete={remove} onClose={onClose} />;
}
