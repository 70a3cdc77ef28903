import Divider from '@mui/material/Divider';
import IconButton from '@mui/material/IconButton';
import ListSubheader from '@mui/material/ListSubheader';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Snackbar from '@mui/material/Snackbar';
import Alert from '@mui/material/Alert';
import { styled, useColorScheme } from '@mui/material/styles';
import { Check } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { Link } from 'react-router';
import { selectSelf } from '../client/chat.ts';
import { useSession } from '../client/console-context.tsx';
import { useAct } from '../client/use-act.ts';
import { Avatar } from '../shared/Avatar.tsx';
import { MATCH_PARENT } from '../shared/match-parent.ts';
import { densityChosen, selectDensity } from '../shared/preferences.ts';
import { t } from '../shared/texts.ts';

const Who = styled('div')(({ theme }) => ({
  padding: '8px 8px 4px',
  '& > *': { overflow: 'hidden', textOverflow: 'ellipsis', textAlign: MATCH_PARENT },
  '& > :first-of-type': { ...theme.typography.h3 },
  '& > :last-of-type': { ...theme.typography.body2, color: theme.vars.palette.text.secondary },
}));

const Heading = styled(ListSubheader)(({ theme }) => ({
  ...theme.typography.caption,
  lineHeight: '28px',
  paddingInline: 8,
  backgroundColor: 'transparent',
  color: theme.vars.palette.chat.text3,
}));

const SCHEMES = ['light', 'dark', 'system'] as const;
const DENSITIES = ['comfortable', 'compact'] as const;

/** What belongs to the person: looks, and leaving. */
export function AccountMenu() {
  const self = useSelector(selectSelf);
  const { failure, run, clear } = useAct();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const name = self?.name ?? '';
  return (
    <>
      <IconButton
        aria-label={t('account.menu', { name })}
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{ inlineSize: 40, blockSize: 40 }}
      >
        <Avatar id={self?.id ?? ''} name={name} kind="agent" size={32} />
      </IconButton>
      <Menu
        anchorEl={anchor}
        open={anchor !== null}
        onClose={() => setAnchor(null)}
        slotProps={{ list: { sx: { inlineSize: 232 } } }}
      >
        <Who role="presentation">
          <div dir="auto">{name}</div>
          <div dir="auto">{self?.email}</div>
        </Who>
        <Divider sx={{ marginBlock: 1 }} />
        <Looks />
        <Divider sx={{ marginBlock: 1 }} />
        <MenuItem component={Link} to="/settings/notifications" onClick={() => setAnchor(null)}>
          {t('alerts.open')}
        </MenuItem>
        <Divider sx={{ marginBlock: 1 }} />
        <Leaving
          onLeave={(work) => {
            setAnchor(null);
            void run(work);
          }}
        />
      </Menu>
      <Snackbar open={failure !== null} autoHideDuration={8_000} onClose={clear}>
        <Alert severity="error">{t('account.sign_out_failed', { reason: failure ?? '' })}</Alert>
      </Snackbar>
    </>
  );
}

function Looks() {
  const dispatch = useDispatch();
  const density = useSelector(selectDensity);
  const { mode, setMode } = useColorScheme();
  return (
    <>
      <Heading role="presentation">{t('account.theme')}</Heading>
      {SCHEMES.map((scheme) => (
        <Choice key={scheme} isChosen={mode === scheme} onChoose={() => setMode(scheme)}>
          {t(`account.theme.${scheme}`)}
        </Choice>
      ))}
      <Heading role="presentation">{t('account.density')}</Heading>
      {DENSITIES.map((each) => (
        <Choice
          key={each}
          isChosen={density === each}
          onChoose={() => dispatch(densityChosen(each))}
        >
          {t(`account.density.${each}`)}
        </Choice>
      ))}
    </>
  );
}

function Leaving({ onLeave }: { onLeave(work: () => Promise<void>): void }) {
  const session = useSession();
  return (
    <>
      <MenuItem onClick={() => onLeave(() => session.signOut())}>{t('account.sign_out')}</MenuItem>
      <MenuItem onClick={() => onLeave(() => session.signOutEverywhere())}>
        {t('account.sign_out_everywhere')}
      </MenuItem>
    </>
  );
}

interface ChoiceProps {
  isChosen: boolean;
  onChoose(): void;
  children: ReactNode;
  // MUI's menu moves the focus by these.
  autoFocus?: boolean;
  tabIndex?: number;
}

function Choice({ isChosen, onChoose, children, ...focus }: ChoiceProps) {
  return (
    <MenuItem role="menuitemradio" aria-checked={isChosen} onClick={onChoose} {...focus}>
      <span style={{ flex: 1 }}>{children}</span>
      {isChosen && <Check size={16} aria-hidden />}
    </MenuItem>
  );
}
