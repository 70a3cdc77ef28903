import type { Agent, AgentRole } from '@alcove/protocol';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import OutlinedInput from '@mui/material/OutlinedInput';
import { styled } from '@mui/material/styles';
import { useCallback, useState } from 'react';
import { useSession } from '../client/console-context.tsx';
import { reasonOf } from '../client/reason.ts';
import { useAct } from '../client/use-act.ts';
import { useLoad } from '../client/use-load.ts';
import { CopyButton } from '../shared/CopyButton.tsx';
import { MATCH_PARENT } from '../shared/match-parent.ts';
import { t } from '../shared/texts.ts';
import { OpenInvitations } from './OpenInvitations.tsx';
import { RoleSelect } from './RoleSelect.tsx';
import { grantableRoles } from './roles.ts';

const Section = styled('section')(({ theme }) => ({
  paddingBlockStart: 32,
  '& h2': { ...theme.typography.h2, margin: 0 },
  '& h2 + p': {
    margin: '4px 0 16px',
    textAlign: MATCH_PARENT,
    color: theme.vars.palette.text.secondary,
  },
}));

const Line = styled('div')({ display: 'flex', alignItems: 'stretch', flexWrap: 'wrap', gap: 8 });

const Ready = styled('div')(({ theme }) => ({
  marginBlockStart: 16,
  padding: 16,
  borderRadius: 12,
  backgroundColor: theme.vars.palette.chat.accentSoft,
  '& p': { margin: '0 0 8px' },
}));

/** Makes invitation links, and shows those that are still open. */
export function Invitations({ self }: { self: Agent }) {
  const { http } = useSession();
  const [open, replace, again] = useLoad(useCallback(() => http.listInvitations(), [http]));
  const { isBusy, failure, run } = useAct();
  const [role, setRole] = useState<AgentRole>('agent');
  const [link, setLink] = useState<{ id: string; url: string } | null>(null);
  const known = open.status === 'loaded' ? open.value : [];

  const create = async () => {
    const { invitation, url } = await http.createInvitation({ role });
    setLink({ id: invitation.id, url });
    // Beside what is not known it would look like the only one.
    if (open.status === 'loaded') replace([invitation, ...known]);
    else again();
  };
  const withdraw = async (id: string) => {
    await http.deleteInvitation(id);
    replace(known.filter((each) => each.id !== id));
    if (link?.id === id) setLink(null);
  };

  return (
    <Section aria-labelledby="invitations-title">
      <h2 id="invitations-title">{t('invitations.title')}</h2>
      <p dir="auto">{t('invitations.lead')}</p>
      {failure !== null && (
        <Alert severity="error" sx={{ marginBlockEnd: 4 }}>
          {t('settings.change_failed', { reason: failure })}
        </Alert>
      )}
      <Line>
        <RoleSelect
          label={t('invitations.role')}
          value={role}
          roles={grantableRoles(self)}
          onChange={setRole}
        />
        <Button variant="contained" disabled={isBusy} onClick={() => void run(create)}>
          {t('invitations.create')}
        </Button>
      </Line>
      {link && <ReadyLink key={link.id} url={link.url} />}
      {open.status === 'failed' && <NotLoaded reason={reasonOf(open.error)} onRetry={again} />}
      {open.status === 'loaded' && (
        <OpenInvitations
          invitations={known}
          isBusy={isBusy}
          onWithdraw={(id) => void run(() => withdraw(id))}
        />
      )}
    </Section>
  );
}

function NotLoaded({ reason, onRetry }: { reason: string; onRetry(): void }) {
  const retry = (
    <Button size="small" color="inherit" onClick={onRetry}>
      {t('inbox.retry')}
    </Button>
  );
  return (
    <Alert severity="warning" action={retry} sx={{ marginBlockStart: 4 }}>
      {t('invitations.failed', { reason })}
    </Alert>
  );
}

/** The link, to be copied by hand: it is told this once, and only a hash of it is kept. */
function ReadyLink({ url }: { url: string }) {
  return (
    <Ready role="status">
      <p>{t('invitations.ready')}</p>
      <Line>
        <OutlinedInput
          readOnly
          size="small"
          value={url}
          inputProps={{ 'aria-label': t('invitations.link'), dir: 'ltr' }}
          onFocus={(event) => event.target.select()}
          sx={{ flex: '1 1 220px' }}
        />
        <CopyButton
          text={url}
          label={t('invitations.copy')}
          copiedLabel={t('invitations.copied')}
        />
      </Line>
    </Ready>
  );
}
