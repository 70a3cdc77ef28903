import type { Contact } from '@alcove/protocol';
import Skeleton from '@mui/material/Skeleton';
import { styled } from '@mui/material/styles';
import { type ReactNode, useEffect, useState } from 'react';
import { useSelector } from 'react-redux';
import { type ChatRoot, selectContact, selectRow, selectVisitorPresence } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { reasonOf } from '../client/reason.ts';
import { Avatar } from '../shared/Avatar.tsx';
import { contactName, withoutOverrides } from '../shared/contact-name.ts';
import { CopyButton } from '../shared/CopyButton.tsx';
import { Delayed } from '../shared/Delayed.tsx';
import { LANGUAGE, t } from '../shared/texts.ts';
import { fullTime } from '../shared/times.ts';
import { browserName } from './browser-name.ts';
import { VisitedPage } from './VisitedPage.tsx';

const Panel = styled('aside')({ overflowY: 'auto', blockSize: '100%', padding: '24px 20px' });

const Head = styled('div')(({ theme }) => ({
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  gap: 8,
  textAlign: 'center',
  paddingBlockEnd: 20,
  '& h2': { ...theme.typography.h2, margin: 0, overflowWrap: 'anywhere' },
  '& p': {
    ...theme.typography.caption,
    margin: 0,
    maxInlineSize: '28ch',
    color: theme.vars.palette.chat.text3,
  },
}));

const Details = styled('dl')(({ theme }) => ({
  margin: 0,
  paddingBlockStart: 4,
  borderBlockStart: `1px solid ${theme.vars.palette.divider}`,
  '& > div': { paddingBlock: '12px 0' },
  '& dt': { ...theme.typography.caption, color: theme.vars.palette.chat.text3 },
  '& dd': {
    ...theme.typography.body1,
    margin: '2px 0 0',
    overflowWrap: 'anywhere',
    textAlign: 'start',
  },
}));

const Email = styled('span')({
  display: 'flex',
  alignItems: 'flex-start',
  justifyContent: 'space-between',
  gap: 8,
  '& > bdi': { minInlineSize: 0 },
  // The word stands on the address's line and ends with the column.
  '& > button': { flex: 'none', marginBlock: -6, marginInlineEnd: -12 },
});

/** The person behind a conversation. */
export function ContactPanel({ conversationId }: { conversationId: string }) {
  const client = useClient();
  const row = useSelector((root: ChatRoot) => selectRow(root, conversationId));
  const contactId = row?.contact.id;
  const contact = useSelector((root: ChatRoot) => selectContact(root, contactId ?? ''));
  const presence = useSelector((root: ChatRoot) => row && selectVisitorPresence(root, row));
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    if (contactId === undefined) return;
    client.loadContact(contactId).catch((error: unknown) => setRefusal(reasonOf(error)));
  }, [client, contactId]);
  if (!row) return <Panel aria-label={t('contact.label')} />;
  const name = contactName(row.contact);
  const isNamed = Boolean(row.contact.name ?? row.contact.email);
  return (
    <Panel aria-label={t('contact.label')}>
      <Head>
        <Avatar id={row.contact.id} name={name} kind="visitor" size={64} />
        <h2>
          <bdi dir="auto">{name}</bdi>
        </h2>
        {!isNamed && <p>{t('contact.nickname')}</p>}
      </Head>
      {contact && <ContactDetails contact={contact} isOnline={presence === 'online'} />}
      {!contact && (refusal ?? <LoadingDetails />)}
    </Panel>
  );
}

function ContactDetails({ contact, isOnline }: { contact: Contact; isOnline: boolean }) {
  const browser = contact.userAgent ? browserName(contact.userAgent) : null;
  return (
    <Details>
      <Detail label={t('contact.email')}>
        {contact.email ? (
          <Email>
            <bdi dir="auto">{withoutOverrides(contact.email)}</bdi>
            <CopyButton
              text={contact.email}
              label={t('inbox.copy')}
              copiedLabel={t('contact.copied')}
              variant="text"
            />
          </Email>
        ) : (
          t('contact.unknown')
        )}
      </Detail>
      <Detail label={t('contact.page')}>
        {contact.page ? <VisitedPage page={contact.page} /> : t('contact.no_page')}
      </Detail>
      <Detail label={t('contact.browser')}>
        <span title={contact.userAgent ?? undefined}>{browser ?? t('contact.unknown')}</span>
      </Detail>
      <Detail label={t('contact.language')}>{languageName(contact.locale)}</Detail>
      <Detail label={t('contact.first_seen')}>{fullTime(contact.createdAt)}</Detail>
      <Detail label={t('contact.last_seen')}>
        {isOnline ? t('contact.now') : fullTime(contact.lastSeenAt)}
      </Detail>
    </Details>
  );
}

function Detail({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function LoadingDetails() {
  return (
    <Delayed>
      {['70%', '90%', '60%', '40%'].map((width) => (
        <Skeleton key={width} width={width} height={32} />
      ))}
    </Delayed>
  );
}

/** A BCP 47 tag in words; the tag itself where the browser has no word for it. */
function languageName(locale: string | null): string {
  if (locale === null) return t('contact.unknown');
  try {
    return new Intl.DisplayNames(LANGUAGE, { type: 'language' }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}
