import { useEffect, useRef } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { useClient } from '../client/console-context.tsx';
import {
  conversationClosed,
  conversationOpened,
  selectOpenConversations,
} from './open-conversations.ts';

/**
 * Keeps the logs of all open conversations loaded and live, so that switching shows them at once, and lets go of those
 * that were closed. The selected one is opened by its own pane.
 */
export function useOpenConversations(selectedId: string | undefined): void {
  const client = useClient();
  const dispatch = useDispatch();
  const open = useSelector(selectOpenConversations);
  const held = useRef(new Set<string>());

  useEffect(() => {
    if (selectedId !== undefined) dispatch(conversationOpened(selectedId));
  }, [dispatch, selectedId]);

  useEffect(() => {
    for (const id of open) {
      if (held.current.has(id)) continue;
      held.current.add(id);
      if (id === selectedId) continue;
      // A tab kept from an earlier visit may be of a conversation that is gone.
      client.openConversation(id).catch(() => dispatch(conversationClosed(id)));
    }
    for (const id of held.current) {
      if (open.includes(id) || id === selectedId) continue;
      held.current.delete(id);
      client.closeConversation(id);
    }
  }, [client, dispatch, open, selectedId]);
}
