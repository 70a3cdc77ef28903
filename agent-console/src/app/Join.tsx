import { ChatError } from '@alcove/sdk/agent';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { useCallback } from 'react';
import { Link, useParams } from 'react-router';
import { useSession } from '../client/console-context.tsx';
import { reasonOf } from '../client/reason.ts';
import { useLoad } from '../client/use-load.ts';
import { inboxPath } from '../shared/inbox-path.ts';
import { t } from '../shared/texts.ts';
import { Entrance, SmallPrint } from './Entrance.tsx';
import { JoinForm } from './JoinForm.tsx';
import { Opening } from './Opening.tsx';

/** Where an invitation leads: the first owner's, and every colleague's. */
export function Join() {
  const { token = '' } = useParams();
  const { http } = useSession();
  const [invitation, , again] = useLoad(
    useCallback(() => http.lookUpInvitation({ token }), [http, token]),
  );
  if (invitation.status === 'loading') return <Opening />;
  if (invitation.status === 'loaded') return <JoinForm token={token} details={invitation.value} />;
  const { error } = invitation;
  return error instanceof ChatError && !error.isRetryable ? (
    <InvalidLink />
  ) : (
    <Entrance title={t('join.not_read')}>
      <Alert severity="warning">{reasonOf(error)}</Alert>
      <Button variant="contained" onClick={again}>
        {t('sign_in.try_again')}
      </Button>
    </Entrance>
  );
}

function InvalidLink() {
  return (
    <Entrance title={t('join.invalid_title')}>
      <p>{t('join.invalid')}</p>
      <Button variant="contained" component={Link} to={inboxPath('all')}>
        {t('join.to_sign_in')}
      </Button>
      <SmallPrint>{t('join.invalid_owner')}</SmallPrint>
    </Entrance>
  );
}
