import type { InboxRow } from '@alcove/protocol';
import { ChatError, type ConversationState } from '@alcove/sdk/agent';
import { styled } from '@mui/material/styles';
import { useEffect, useRef, useState } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { type ChatRoot, selectLog, selectRow } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { reasonOf } from '../client/reason.ts';
import { EmptyState } from '../shared/EmptyState.tsx';
import { selectHasShortcuts } from '../shared/preferences.ts';
import { t } from '../shared/texts.ts';
import { useShortcuts } from '../shared/use-shortcuts.ts';
import { Announcer } from './Announcer.tsx';
import { Composer } from './Composer.tsx';
import { BackBar, ConversationHeader } from './ConversationHeader.tsx';
import { LoadingTimeline } from './LoadingTimeline.tsx';
import { conversationClosed } from './open-conversations.ts';
import { Timeline } from './Timeline.tsx';
import { useDraftStarts } from './use-draft-starts.ts';

interface ConversationPaneProps {
  conversationId: string;
  backTo: string;
  onShowContact(): void;
}

const Pane = styled('section')({
  display: 'flex',
  flexDirection: 'column',
  flex: 1,
  minBlockSize: 0,
});

/** One conversation: what was said, and the place to answer. */
export function ConversationPane({ conversationId, backTo, onShowContact }: ConversationPaneProps) {
  const client = useClient();
  const dispatch = useDispatch();
  const row = useSelector((root: ChatRoot) => selectRow(root, conversationId));
  const log = useSelector((root: ChatRoot) => selectLog(root, conversationId));
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    // Waits for the connection by itself; what comes back here is final.
    client.openConversation(conversationId).catch((error: unknown) => {
      setRefusal(isMissing(error) ? t('conversation.missing') : reasonOf(error));
      dispatch(conversationClosed(conversationId));
    });
  }, [client, dispatch, conversationId]);

  if (!row || !log?.isLoaded) {
    return (
      <Pane>
        <BackBar to={backTo} />
        {refusal === null ? <LoadingTimeline /> : <EmptyState sentence={refusal} />}
      </Pane>
    );
  }
  return <OpenConversation row={row} log={log} backTo={backTo} onShowContact={onShowContact} />;
}

/** Whether the address names no conversation of this workspace, or none at all. */
function isMissing(error: unknown): boolean {
  return error instanceof ChatError && (error.code === 'not_found' || error.code === 'invalid');
}

function OpenConversation({
  row,
  log,
  backTo,
  onShowContact,
}: Omit<ConversationPaneProps, 'conversationId'> & { row: InboxRow; log: ConversationState }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const assignButton = useRef<HTMLButtonElement>(null);
  const starts = useDraftStarts(row.id, field);
  useShortcuts(
    {
      r: () => field.current?.focus(),
      Enter: () => field.current?.focus(),
      a: () => assignButton.current?.click(),
    },
    useSelector(selectHasShortcuts),
  );
  return (
    <Pane>
      <ConversationHeader
        row={row}
        backTo={backTo}
        assignButton={assignButton}
        onShowContact={onShowContact}
      />
      <Timeline row={row} log={log} starts={starts} />
      <Composer row={row} field={field} onEdit={starts.edit} />
      <Announcer row={row} />
    </Pane>
  );
}
