import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import Switch from '@mui/material/Switch';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import {
  notificationsSwitched,
  selectHasNotifications,
  selectIsMuted,
  soundMuted,
} from '../shared/preferences.ts';
import { SettingsPage } from '../shared/SettingsPage.tsx';
import { t } from '../shared/texts.ts';
import { type Chime, createChime } from './chime.ts';
import { askForDesktop, useDesktopPermission } from './desktop.ts';

const Setting = styled('div')(({ theme }) => ({
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  gap: '8px 16px',
  paddingBlock: 16,
  borderBlockStart: `1px solid ${theme.vars.palette.divider}`,
  '& > div': { flex: '1 1 240px' },
  '& h2': { ...theme.typography.h3, margin: 0 },
  '& p': { ...theme.typography.body2, margin: '2px 0 0', color: theme.vars.palette.text.secondary },
}));

const Controls = styled('span')({ display: 'flex', alignItems: 'center', gap: 8 });

/** How an agent is told of a new message. What is chosen holds in this browser. */
export function NotificationsPage() {
  return (
    <SettingsPage title={t('alerts.title')} lead={t('alerts.lead')}>
      <Sound />
      <Desktop />
    </SettingsPage>
  );
}

interface RowProps {
  title: string;
  help: string;
  children(labelId: string, helpId: string): ReactNode;
}

function Row({ title, help, children }: RowProps) {
  const id = useId();
  return (
    <Setting>
      <div>
        <h2 id={`${id}title`}>{title}</h2>
        <p id={`${id}help`}>{help}</p>
      </div>
      {children(`${id}title`, `${id}help`)}
    </Setting>
  );
}

function Sound() {
  const dispatch = useDispatch();
  const isMuted = useSelector(selectIsMuted);
  const chime = useRef<Chime>(null);
  useEffect(() => () => chime.current?.close(), []);
  const ring = () => {
    chime.current ??= createChime();
    chime.current.ring();
  };
  return (
    <Row title={t('alerts.sound')} help={t('alerts.sound_help')}>
      {(labelId, helpId) => (
        <Controls>
          <Button size="small" variant="text" onClick={ring}>
            {t('alerts.try_sound')}
          </Button>
          <Switch
            checked={!isMuted}
            slotProps={{ input: { 'aria-labelledby': labelId, 'aria-describedby': helpId } }}
            onChange={(event) => dispatch(soundMuted(!event.target.checked))}
          />
        </Controls>
      )}
    </Row>
  );
}

function Desktop() {
  const dispatch = useDispatch();
  const permission = useDesktopPermission();
  const isWanted = useSelector(selectHasNotifications);
  return (
    <Row title={t('alerts.desktop')} help={t(`alerts.desktop.${permission}`)}>
      {(labelId, helpId) => {
        if (permission === 'default') {
          return (
            <Button
              variant="contained"
              aria-describedby={helpId}
              onClick={() => void askForDesktop()}
            >
              {t('alerts.allow')}
            </Button>
          );
        }
        if (permission !== 'granted') return null;
        return (
          <Switch
            checked={isWanted}
            slotProps={{ input: { 'aria-labelledby': labelId, 'aria-describedby': helpId } }}
            onChange={(event) => dispatch(notificationsSwitched(event.target.checked))}
          />
        );
      }}
    </Row>
  );
}
