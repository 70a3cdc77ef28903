import type { ConnectionState } from '@alcove/sdk/agent';
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { CircleAlert, CloudOff, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import { useSelector } from 'react-redux';
import { type ChatRoot, selectConnection } from '../client/chat.ts';
import { selectIsOutdated } from '../client/update.ts';
import { Delayed } from '../shared/Delayed.tsx';
import { t } from '../shared/texts.ts';

/** A connection that comes back within this time is not worth a word. */
const NOTICE_DELAY_MS = 2_000;

const Line = styled('div')(({ theme }) => ({
  ...theme.typography.body2,
  flex: 'none',
  display: 'flex',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 8,
  minBlockSize: 36,
  padding: '4px 16px',
  color: theme.vars.palette.warning.main,
  backgroundColor: theme.vars.palette.chat.warningSoft,
  '&[data-tone="danger"]': {
    color: theme.vars.palette.error.main,
    backgroundColor: theme.vars.palette.chat.dangerSoft,
  },
  '&[data-tone="info"]': {
    color: theme.vars.palette.info.main,
    backgroundColor: theme.vars.palette.chat.infoSoft,
  },
  '& svg': { flex: 'none' },
}));

/** Says what the connection means for the person, and only when it means something. */
export function ConnectionNotice() {
  const connection = useSelector(selectConnection);
  const isPresenceUnknown = useSelector((root: ChatRoot) =>
    Object.values(root.chat.presence).includes('unknown'),
  );
  const isOutdated = useSelector(selectIsOutdated);
  return (
    <div role="status">
      <Notice {...{ connection, isPresenceUnknown, isOutdated }} />
    </div>
  );
}

interface NoticeProps {
  connection: ConnectionState;
  isPresenceUnknown: boolean;
  isOutdated: boolean;
}

function Notice({ connection, isPresenceUnknown, isOutdated }: NoticeProps): ReactNode {
  switch (connection.status) {
    case 'offline':
      return (
        <Line>
          <CloudOff size={16} aria-hidden />
          <span dir="auto">{t('notice.offline')}</span>
        </Line>
      );
    case 'reconnecting':
      return (
        <Delayed delayMs={NOTICE_DELAY_MS}>
          <Line>
            <CloudOff size={16} aria-hidden />
            <span dir="auto">{t('notice.reconnecting')}</span>
          </Line>
        </Delayed>
      );
    case 'refused':
      return (
        <Line data-tone="danger">
          <CircleAlert size={16} aria-hidden />
          <span dir="auto">{t('notice.refused', { reason: connection.reason })}</span>
          <ReloadButton />
        </Line>
      );
    case 'online':
      if (isOutdated) {
        return (
          <Line data-tone="info">
            <Info size={16} aria-hidden />
            <span dir="auto">{t('notice.outdated')}</span>
            <ReloadButton />
          </Line>
        );
      }
      return isPresenceUnknown ? (
        <Line data-tone="info">
          <Info size={16} aria-hidden />
          <span dir="auto">{t('notice.degraded')}</span>
        </Line>
      ) : null;
    case 'idle':
    case 'connecting':
      return null;
  }
}

function ReloadButton() {
  return (
    <Button size="small" color="inherit" onClick={() => window.location.reload()}>
      {t('app.reload')}
    </Button>
  );
}
