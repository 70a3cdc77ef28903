import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import Tooltip from '@mui/material/Tooltip';
import { Inbox, Keyboard, type LucideIcon, UsersRound } from 'lucide-react';
import { Link, useLocation } from 'react-router';
import { MuteButton } from '../notifications/MuteButton.tsx';
import { Mark } from '../shared/Arch.tsx';
import { inboxPath } from '../shared/inbox-path.ts';
import { t } from '../shared/texts.ts';
import { NARROW, useIsNarrow } from '../shared/use-layout.ts';
import { AccountMenu } from './AccountMenu.tsx';

const Bar = styled('nav')(({ theme }) => ({
  flex: 'none',
  inlineSize: 56,
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'center',
  gap: 4,
  paddingBlock: 12,
  borderInlineEnd: `1px solid ${theme.vars.palette.divider}`,
  backgroundColor: theme.vars.palette.chat.canvas,
  [NARROW]: {
    inlineSize: 'auto',
    blockSize: 'calc(56px + env(safe-area-inset-bottom))',
    flexDirection: 'row',
    justifyContent: 'space-around',
    paddingBlock: '0 env(safe-area-inset-bottom)',
    borderInlineEnd: 0,
    borderBlockStart: `1px solid ${theme.vars.palette.divider}`,
  },
}));

const Sign = styled('span')({
  display: 'grid',
  blockSize: 40,
  placeItems: 'center',
  marginBlockEnd: 8,
});
const Space = styled('span')({ flex: 1 });

const BarLink = styled(Link)(({ theme }) => ({
  display: 'grid',
  placeItems: 'center',
  inlineSize: 40,
  blockSize: 40,
  borderRadius: 8,
  color: theme.vars.palette.text.secondary,
  transition: theme.transitions.create('background-color', { duration: 120 }),
  '&:hover': { backgroundColor: theme.vars.palette.chat.bubbleIn },
  '&[aria-current]': {
    backgroundColor: theme.vars.palette.chat.selected,
    color: theme.vars.palette.chat.accentText,
  },
  [NARROW]: { inlineSize: 64, blockSize: 44 },
}));

/** The ways between the console's pages: a rail at the side, a bar at the foot of a phone. */
export function AppBar({ onShowShortcuts }: { onShowShortcuts(): void }) {
  const isNarrow = useIsNarrow();
  const { pathname } = useLocation();
  return (
    <Bar aria-label={t('app.nav')}>
      {!isNarrow && (
        <Sign>
          <Mark size={28} />
        </Sign>
      )}
      <BarItem
        to={inboxPath('all')}
        label={t('app.inbox')}
        icon={Inbox}
        isCurrent={pathname.startsWith('/inbox')}
      />
      <BarItem
        to="/settings/agents"
        label={t('app.agents')}
        icon={UsersRound}
        isCurrent={pathname.startsWith('/settings/agents')}
      />
      {!isNarrow && (
        <>
          <Space />
          <Tooltip title={t('app.shortcuts')} placement="right">
            <IconButton
              aria-label={t('app.shortcuts')}
              onClick={onShowShortcuts}
              sx={{ inlineSize: 40, blockSize: 40 }}
            >
              <Keyboard size={20} aria-hidden />
            </IconButton>
          </Tooltip>
        </>
      )}
      <MuteButton />
      <AccountMenu />
    </Bar>
  );
}

interface BarItemProps {
  to: string;
  label: string;
  icon: LucideIcon;
  isCurrent: boolean;
}

function BarItem({ to, label, icon: Icon, isCurrent }: BarItemProps) {
  return (
    <Tooltip title={label} placement="right">
      <BarLink to={to} aria-label={label} aria-current={isCurrent ? 'page' : undefined}>
        <Icon size={20} aria-hidden />
      </BarLink>
    </Tooltip>
  );
}
