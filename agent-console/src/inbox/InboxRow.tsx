import type { Agent, InboxRow as Row, InboxView } from '@alcove/protocol';
import { sideOf } from '@alcove/protocol';
import { Clock } from 'lucide-react';
import { memo } from 'react';
import { useSelector } from 'react-redux';
import {
  type ChatRoot,
  selectAgents,
  selectRow,
  selectSelf,
  selectVisitorPresence,
} from '../client/chat.ts';
import { Avatar } from '../shared/Avatar.tsx';
import { contactName } from '../shared/contact-name.ts';
import { inboxPath } from '../shared/inbox-path.ts';
import type { Density } from '../shared/preferences.ts';
import { plural, t } from '../shared/texts.ts';
import { fullTime, listTime, waitedFor } from '../shared/times.ts';
import { unreadFigure } from '../shared/unread-figure.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';
import { Badge, Line, Name, Preview, RowLink, Texts, Time, Waiting } from './inbox-row-parts.tsx';

interface InboxRowProps {
  conversationId: string;
  view: InboxView;
  isSelected: boolean;
  density: Density;
  now: number;
}

/** A conversation in the list: who, what was said last, when, and one number. */
export const InboxRow = memo(function InboxRow(props: InboxRowProps) {
  const { conversationId, view, isSelected, density, now } = props;
  const row = useSelector((root: ChatRoot) => selectRow(root, conversationId));
  const status = useSelector((root: ChatRoot) => row && selectVisitorPresence(root, row));
  if (!row) return null;
  const isCompact = density === 'compact';
  return (
    <RowLink
      to={inboxPath(view, conversationId)}
      aria-current={isSelected ? 'true' : undefined}
      data-density={density}
      data-unread={row.unread > 0 || undefined}
    >
      <Avatar
        id={row.contact.id}
        name={contactName(row.contact)}
        kind="visitor"
        size={isCompact ? 28 : 40}
        presence={status}
      />
      {status === 'online' && <VisuallyHidden>{t('inbox.online')}</VisuallyHidden>}
      {isCompact ? (
        <Line>
          <Person row={row} />
          <LastSaid row={row} view={view} now={now} />
          <LastTime row={row} now={now} />
        </Line>
      ) : (
        <Texts>
          <Line>
            <Person row={row} />
            <LastTime row={row} now={now} />
          </Line>
          <Line>
            <LastSaid row={row} view={view} now={now} />
          </Line>
        </Texts>
      )}
    </RowLink>
  );
});

function Person({ row }: { row: Row }) {
  return <Name dir="auto">{contactName(row.contact)}</Name>;
}

function LastTime({ row, now }: { row: Row; now: number }) {
  return (
    <Time dir="auto" dateTime={row.lastActivityAt} title={fullTime(row.lastActivityAt)}>
      {listTime(row.lastActivityAt, now)}
    </Time>
  );
}

function LastSaid({ row, view, now }: { row: Row; view: InboxView; now: number }) {
  const self = useSelector(selectSelf);
  return (
    <>
      <Preview dir="auto">{previewText(row, self)}</Preview>
      {view !== 'mine' && row.assignee?.agentId !== self?.id && (
        <Assignee agentId={row.assignee?.agentId} />
      )}
      <Figure row={row} now={now} />
    </>
  );
}

/** One number per row: what is unread, else how long the visitor has waited. */
function Figure({ row, now }: { row: Row; now: number }) {
  if (row.unread > 0) {
    const figure = unreadFigure(row.unread);
    return (
      <Badge>
        <span aria-hidden>{figure}</span>
        <VisuallyHidden>{plural('inbox.unread', row.unread, figure)}</VisuallyHidden>
      </Badge>
    );
  }
  const waited =
    row.status === 'open' && row.waitingSince ? waitedFor(row.waitingSince, now) : null;
  if (waited === null) return null;
  return (
    <Waiting title={t('inbox.waiting', { duration: waited })}>
      <Clock size={12} aria-hidden />
      <span aria-hidden>{waited}</span>
      <VisuallyHidden>{t('inbox.waiting', { duration: waited })}</VisuallyHidden>
    </Waiting>
  );
}

/** A colleague's face on the rows they have; one's own rows and those of nobody stay quiet. */
function Assignee({ agentId }: { agentId: string | undefined }) {
  const agent = useSelector(selectAgents).find((each) => each.id === agentId);
  if (!agent) return null;
  const label = t('inbox.assigned_to', { name: agent.name });
  return (
    <span title={label}>
      <Avatar id={agent.id} name={agent.name} kind="agent" size={18} />
      <VisuallyHidden>{label}</VisuallyHidden>
    </span>
  );
}

function previewText({ lastMessage }: Row, self: Agent | null): string {
  if (!lastMessage) return t('inbox.no_message');
  const { actor, text, isDeleted } = lastMessage;
  if (isDeleted) return t('inbox.deleted');
  if (sideOf(actor) === 'visitor') return text;
  if (actor.id === self?.id) return t('inbox.you', { text });
  return actor.name ? t('inbox.colleague', { name: actor.name, text }) : text;
}
