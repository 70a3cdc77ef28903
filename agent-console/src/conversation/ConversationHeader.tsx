import type { InboxRow } from '@alcove/protocol';
import type { PendingAct } from '@alcove/sdk/agent';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import Tooltip from '@mui/material/Tooltip';
import { ArrowLeft, Check, PanelRight, RotateCcw } from 'lucide-react';
import type { RefObject } from 'react';
import { useSelector } from 'react-redux';
import { Link } from 'react-router';
import { type ChatRoot, selectPendingActs, selectVisitorPresence } from '../client/chat.ts';
import { useActs } from '../client/use-acts.ts';
import { Avatar } from '../shared/Avatar.tsx';
import { contactName } from '../shared/contact-name.ts';
import { MATCH_PARENT } from '../shared/match-parent.ts';
import { selectHasShortcuts } from '../shared/preferences.ts';
import { t } from '../shared/texts.ts';
import { useIsNarrow, useIsWide } from '../shared/use-layout.ts';
import { useShortcuts } from '../shared/use-shortcuts.ts';
import { AssignMenu } from './AssignMenu.tsx';
import { PendingActs } from './PendingActs.tsx';

interface ConversationHeaderProps {
  row: InboxRow;
  /** Where "back" leads on a narrow screen. */
  backTo: string;
  assignButton: RefObject<HTMLButtonElement | null>;
  onShowContact(): void;
}

const Bar = styled('header')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  flex: 'none',
  minBlockSize: 56,
  paddingInline: 16,
  borderBlockEnd: `1px solid ${theme.vars.palette.divider}`,
  '@media (max-width: 899.95px)': { gap: 6, paddingInline: 8 },
}));

const Person = styled('div')({ flex: 1, minInlineSize: 0 });

const Name = styled('h2')(({ theme }) => ({
  ...theme.typography.h2,
  margin: 0,
  lineHeight: '20px',
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
  textAlign: MATCH_PARENT,
}));

const Status = styled('div')(({ theme }) => ({
  ...theme.typography.caption,
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
  color: theme.vars.palette.chat.text3,
}));

const Resolved = styled(Chip)(({ theme }) => ({
  ...theme.typography.caption,
  fontWeight: 600,
  blockSize: 24,
  borderRadius: 6,
  color: theme.vars.palette.success.main,
  backgroundColor: theme.vars.palette.chat.successSoft,
}));

/** Who one talks with, who has it, and the way to end it. */
export function ConversationHeader(props: ConversationHeaderProps) {
  const { row, backTo, assignButton, onShowContact } = props;
  const pending = usePendingActs(row.id);
  const isNarrow = useIsNarrow();
  const isWide = useIsWide();
  const presence = useSelector((root: ChatRoot) => selectVisitorPresence(root, row));
  const name = contactName(row.contact);
  return (
    <>
      <Bar>
        {isNarrow && <BackButton to={backTo} />}
        <Avatar id={row.contact.id} name={name} kind="visitor" size={36} presence={presence} />
        <Person>
          <Name as={isNarrow ? 'h1' : 'h2'} dir="auto">
            {name}
          </Name>
          <Status>
            {presence === 'unknown'
              ? t('conversation.presence_unknown')
              : t(`conversation.${presence}`)}
          </Status>
        </Person>
        {row.status === 'resolved' && !isNarrow && (
          <Resolved label={t('conversation.status.resolved')} />
        )}
        <Assignment row={row} pending={pending} button={assignButton} isShort={isNarrow} />
        <ResolveButton row={row} pending={pending} isShort={isNarrow} />
        {!isWide && (
          <Tooltip title={t('conversation.open_contact')}>
            <IconButton aria-label={t('conversation.open_contact')} onClick={onShowContact}>
              <PanelRight size={20} aria-hidden className="flips" />
            </IconButton>
          </Tooltip>
        )}
      </Bar>
      <PendingActs acts={pending} />
    </>
  );
}

/** Stands in the header's place while there is nobody to name: on a narrow screen nothing else leads back. */
export function BackBar({ to }: { to: string }) {
  if (!useIsNarrow()) return null;
  return (
    <Bar>
      <BackButton to={to} />
    </Bar>
  );
}

function BackButton({ to }: { to: string }) {
  return (
    <IconButton component={Link} to={to} aria-label={t('conversation.back')}>
      <ArrowLeft size={20} aria-hidden className="flips" />
    </IconButton>
  );
}

interface ActProps {
  row: InboxRow;
  /** What was asked for counts at once, also while it waits: the way back is then offered. */
  pending: readonly PendingAct[];
  isShort: boolean;
}

function Assignment({
  row,
  pending,
  button,
  isShort,
}: ActProps & { button: RefObject<HTMLButtonElement | null> }) {
  const acts = useActs();
  const asked = pending.find((act) => act.kind === 'assign');
  const assigneeId = (asked ? asked.assigneeId : row.assignee?.agentId) ?? null;
  const assign = (to: string | null) =>
    void acts.run({ kind: 'assign', conversationId: row.id, from: assigneeId, to });
  return <AssignMenu assigneeId={assigneeId} button={button} isShort={isShort} onAssign={assign} />;
}

function ResolveButton({ row, pending, isShort }: ActProps) {
  const acts = useActs();
  const asked = pending.find((act) => act.kind !== 'assign');
  const isResolved = asked ? asked.kind === 'resolve' : row.status === 'resolved';
  const kind = isResolved ? 'reopen' : 'resolve';
  const change = () => void acts.run({ kind, conversationId: row.id });
  useShortcuts({ e: change }, useSelector(selectHasShortcuts));
  const label = t(`conversation.${kind}`);
  const icon = isResolved ? <RotateCcw size={18} aria-hidden /> : <Check size={18} aria-hidden />;
  if (isShort) {
    return (
      <IconButton aria-label={label} onClick={change}>
        {icon}
      </IconButton>
    );
  }
  return (
    <Button size="small" variant="outlined" startIcon={icon} onClick={change}>
      {label}
    </Button>
  );
}

/** What is on its way for this conversation: the latest wish for who has it, and for its status. */
function usePendingActs(conversationId: string): readonly PendingAct[] {
  const all = useSelector(selectPendingActs);
  const own = all.filter((act) => act.conversationId === conversationId);
  const latest = [
    own.findLast(({ kind }) => kind === 'assign'),
    own.findLast(({ kind }) => kind !== 'assign'),
  ];
  return latest.filter((act) => act !== undefined);
}
