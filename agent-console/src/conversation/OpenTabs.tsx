import { styled } from '@mui/material/styles';
import { Pencil, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useSelector } from 'react-redux';
import { Link } from 'react-router';
import { type ChatRoot, selectRow } from '../client/chat.ts';
import { Avatar } from '../shared/Avatar.tsx';
import { contactName } from '../shared/contact-name.ts';
import { MATCH_PARENT } from '../shared/match-parent.ts';
import { plural, t } from '../shared/texts.ts';
import { unreadFigure } from '../shared/unread-figure.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';
import { type DraftsRoot, selectDraft } from './drafts.ts';
import { selectOpenConversations } from './open-conversations.ts';

const Strip = styled('nav')(({ theme }) => ({
  display: 'flex',
  flex: 'none',
  gap: 4,
  padding: '6px 8px 0',
  overflowX: 'auto',
  scrollbarWidth: 'none',
  backgroundColor: theme.vars.palette.chat.canvas,
  borderBlockEnd: `1px solid ${theme.vars.palette.divider}`,
}));

const Tab = styled('div')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  flex: '0 1 200px',
  minInlineSize: 108,
  blockSize: 34,
  paddingInlineEnd: 4,
  borderRadius: '8px 8px 0 0',
  border: '1px solid transparent',
  borderBlockEnd: 0,
  '--row-fill': theme.vars.palette.chat.canvas,
  backgroundColor: 'var(--row-fill)',
  '&:hover': { '--row-fill': theme.vars.palette.chat.bubbleIn },
  '&[data-selected]': {
    '--row-fill': theme.vars.palette.background.paper,
    borderColor: theme.vars.palette.divider,
    marginBlockEnd: -1,
    blockSize: 35,
  },
}));

const TabLink = styled(Link)(({ theme }) => ({
  ...theme.typography.body2,
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  flex: 1,
  minInlineSize: 0,
  blockSize: '100%',
  paddingInlineStart: 8,
  borderRadius: 8,
  color: theme.vars.palette.text.secondary,
  textDecoration: 'none',
  outlineOffset: -2,
  '[data-selected] > &': { color: theme.vars.palette.text.primary, fontWeight: 600 },
}));

const Name = styled('span')({
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  whiteSpace: 'nowrap',
  textAlign: MATCH_PARENT,
});

const Dot = styled('span')(({ theme }) => ({
  flex: 'none',
  inlineSize: 8,
  blockSize: 8,
  borderRadius: '50%',
  backgroundColor: theme.vars.palette.chat.accentText,
}));

const DraftMark = styled('span')(({ theme }) => ({
  flex: 'none',
  display: 'grid',
  color: theme.vars.palette.chat.text3,
}));

const Close = styled('button')(({ theme }) => ({
  display: 'grid',
  placeItems: 'center',
  flex: 'none',
  inlineSize: 24,
  blockSize: 24,
  padding: 0,
  border: 0,
  borderRadius: 6,
  cursor: 'pointer',
  background: 'none',
  color: theme.vars.palette.chat.text3,
  outlineOffset: -2,
  '&:hover': {
    backgroundColor: theme.vars.palette.chat.bubbleIn,
    color: theme.vars.palette.text.primary,
  },
}));

interface OpenTabsProps {
  selectedId: string | undefined;
  pathOf(conversationId: string): string;
  onClose(conversationId: string): void;
}

/** The conversations that are open at once. One alone needs no strip. */
export function OpenTabs({ selectedId, pathOf, onClose }: OpenTabsProps) {
  const open = useSelector(selectOpenConversations);
  // The one on the screen needs no tab.
  if (open.every((id) => id === selectedId)) return null;
  return (
    <Strip aria-label={t('tabs.label')}>
      {open.map((id) => (
        <OpenTab
          key={id}
          conversationId={id}
          isSelected={id === selectedId}
          path={pathOf(id)}
          onClose={() => onClose(id)}
        />
      ))}
    </Strip>
  );
}

interface OpenTabProps {
  conversationId: string;
  isSelected: boolean;
  path: string;
  onClose(): void;
}

function OpenTab({ conversationId, isSelected, path, onClose }: OpenTabProps) {
  const row = useSelector((root: ChatRoot) => selectRow(root, conversationId));
  const hasDraft = useSelector((root: DraftsRoot) => {
    const { text, editing } = selectDraft(root, conversationId);
    return text.trim() !== '' || editing !== undefined;
  });
  const tab = useRef<HTMLDivElement>(null);
  const isShown = row !== undefined;
  useEffect(() => {
    if (isSelected && isShown) tab.current?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
  }, [isSelected, isShown]);
  if (!row) return null;
  const name = contactName(row.contact);
  return (
    <Tab ref={tab} data-selected={isSelected || undefined}>
      <TabLink to={path} aria-current={isSelected ? 'page' : undefined} title={name}>
        <Avatar id={row.contact.id} name={name} kind="visitor" size={20} />
        <Name dir="auto">{name}</Name>
        {row.unread > 0 && !isSelected ? (
          <>
            <Dot />
            <VisuallyHidden>
              {plural('inbox.unread', row.unread, unreadFigure(row.unread))}
            </VisuallyHidden>
          </>
        ) : (
          hasDraft &&
          !isSelected && (
            <DraftMark title={t('composer.draft')}>
              <Pencil size={12} aria-hidden />
              <VisuallyHidden>{t('composer.draft')}</VisuallyHidden>
            </DraftMark>
          )
        )}
      </TabLink>
      <Close type="button" aria-label={t('tabs.close', { name })} onClick={onClose}>
        <X size={14} aria-hidden />
      </Close>
    </Tab>
  );
}
