import { useEffect } from 'react';
import { useSelector } from 'react-redux';
import { selectUnreadConversations, selectWorkspace } from '../client/chat.ts';
import { t } from '../shared/texts.ts';

/** Keeps the page's title: the workspace, and before it how many conversations hold something unread. */
export function useUnreadTitle(): void {
  const count = useSelector(selectUnreadConversations);
  const title = useSelector(selectWorkspace)?.name ?? t('app.name');
  useEffect(() => {
    document.title = count > 0 ? t('app.title_unread', { count, title }) : title;
    return () => {
      document.title = t('app.name');
    };
  }, [count, title]);
}
