import type { InboxView } from '@alcove/protocol';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import { X } from 'lucide-react';
import { useState } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { useNavigate, useParams } from 'react-router';
import { ContactPanel } from '../contact/ContactPanel.tsx';
import { ConversationPane } from '../conversation/ConversationPane.tsx';
import { NoneSelected } from '../conversation/NoneSelected.tsx';
import { OpenTabs } from '../conversation/OpenTabs.tsx';
import {
  conversationClosed,
  neighbourOf,
  selectOpenConversations,
} from '../conversation/open-conversations.ts';
import { useOpenConversations } from '../conversation/use-open-conversations.ts';
import { InboxPane } from '../inbox/InboxPane.tsx';
import { inboxPath, toView } from '../shared/inbox-path.ts';
import { t } from '../shared/texts.ts';
import { endEdge, useIsNarrow, useIsWide } from '../shared/use-layout.ts';

const List = styled('div')(({ theme }) => ({
  flex: 'none',
  inlineSize: 'clamp(328px, 25vw, 360px)',
  minBlockSize: 0,
  borderInlineEnd: `1px solid ${theme.vars.palette.divider}`,
  backgroundColor: theme.vars.palette.chat.canvas,
  '&[data-alone]': { flex: 1, inlineSize: 'auto', borderInlineEnd: 0, outline: 'none' },
}));

const Main = styled('main')(({ theme }) => ({
  display: 'flex',
  flexDirection: 'column',
  flex: 1,
  minInlineSize: 0,
  minBlockSize: 0,
  outline: 'none',
  backgroundColor: theme.vars.palette.background.paper,
}));

const Side = styled('div')(({ theme }) => ({
  position: 'relative',
  flex: 'none',
  inlineSize: 320,
  maxInlineSize: '100vw',
  minBlockSize: 0,
  blockSize: '100%',
  borderInlineStart: `1px solid ${theme.vars.palette.divider}`,
  backgroundColor: theme.vars.palette.background.paper,
}));

/** The inbox beside a conversation beside its contact, as far as there is room for them. */
export function InboxPage() {
  const params = useParams();
  const view = toView(params['view']);
  const conversationId = params['conversationId'];
  const isNarrow = useIsNarrow();
  const isWide = useIsWide();
  const [isContactOpen, setIsContactOpen] = useState(false);
  useOpenConversations(conversationId);
  return (
    <>
      {!(isNarrow && conversationId) && (
        <List
          as={isNarrow ? 'main' : 'div'}
          id={isNarrow ? 'main' : undefined}
          tabIndex={isNarrow ? -1 : undefined}
          data-alone={isNarrow || undefined}
        >
          <InboxPane view={view} conversationId={conversationId} />
        </List>
      )}
      {!(isNarrow && !conversationId) && (
        <Main id="main" tabIndex={-1}>
          {!isNarrow && <Tabs view={view} conversationId={conversationId} />}
          {conversationId ? (
            <ConversationPane
              key={conversationId}
              conversationId={conversationId}
              backTo={inboxPath(view)}
              onShowContact={() => setIsContactOpen(true)}
            />
          ) : (
            <NoneSelected />
          )}
        </Main>
      )}
      {conversationId && (
        <Contact
          conversationId={conversationId}
          isBeside={isWide}
          isOpen={isContactOpen}
          onClose={() => setIsContactOpen(false)}
        />
      )}
    </>
  );
}

function Tabs({ view, conversationId }: { view: InboxView; conversationId: string | undefined }) {
  const dispatch = useDispatch();
  const navigate = useNavigate();
  const open = useSelector(selectOpenConversations);
  const close = (closedId: string) => {
    if (closedId === conversationId) void navigate(inboxPath(view, neighbourOf(open, closedId)));
    dispatch(conversationClosed(closedId));
  };
  return (
    <OpenTabs selectedId={conversationId} pathOf={(id) => inboxPath(view, id)} onClose={close} />
  );
}

interface ContactProps {
  conversationId: string;
  /** Whether there is room for it beside the conversation; else it comes as a drawer. */
  isBeside: boolean;
  isOpen: boolean;
  onClose(): void;
}

function Contact({ conversationId, isBeside, isOpen, onClose }: ContactProps) {
  if (isBeside) {
    return (
      <Side>
        <ContactPanel key={conversationId} conversationId={conversationId} />
      </Side>
    );
  }
  return (
    <Drawer anchor={endEdge()} open={isOpen} onClose={onClose}>
      <Side>
        <IconButton
          aria-label={t('contact.close')}
          onClick={onClose}
          sx={{ position: 'absolute', insetBlockStart: 8, insetInlineEnd: 8, zIndex: 1 }}
        >
          <X size={20} aria-hidden />
        </IconButton>
        <ContactPanel key={conversationId} conversationId={conversationId} />
      </Side>
    </Drawer>
  );
}
