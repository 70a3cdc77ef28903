import type { InboxRow } from '@alcove/protocol';
import { useEffect, useState } from 'react';
import { useClient } from '../client/console-context.tsx';
import { contactName } from '../shared/contact-name.ts';
import { t } from '../shared/texts.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';

/**
 * Says each new message of the open conversation once. The timeline itself stays silent: a virtualised list adds and
 * removes rows on every scroll.
 */
export function Announcer({ row }: { row: InboxRow }) {
  const client = useClient();
  const [words, setWords] = useState('');
  const name = contactName(row.contact);
  useEffect(
    () =>
      client.on('message', ({ conversationId, row: changed }) => {
        if (conversationId !== row.id || !changed.lastMessage) return;
        setWords(t('timeline.announce', { name, text: changed.lastMessage.text }));
      }),
    [client, row.id, name],
  );
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {words}
    </VisuallyHidden>
  );
}
