import { useEffect } from 'react';
import { useSelector } from 'react-redux';
import { selectUnreadConversations, selectWorkspace } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { t } from '../shared/texts.ts';

/**
 * Keeps the page's title: the workspace, and before it how many conversations hold something unread. Of several tabs one
 * says so, that which makes the sounds.
 */
export function useUnreadTitle(): void {
  const client = useClient();
  const isTeller = useSelector(() => client.isLeader());
  const unread = useSelector(selectUnreadConversations);
  const count = isTeller ? unread : 0;
  const title = useSelector(selectWorkspace)?.name ?? t('app.name');
  useEffect(() => {
    document.title = count > 0 ? t('app.title_unread', { count, title }) : title;
    return () => {
      document.title = t('app.name');
    };
  }, [count, title]);
}
