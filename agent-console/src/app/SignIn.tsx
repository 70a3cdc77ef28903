import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useSession } from '../client/console-context.tsx';
import { useAct } from '../client/use-act.ts';
import { t } from '../shared/texts.ts';
import { Entrance, SmallPrint } from './Entrance.tsx';
import { PasswordField } from './PasswordField.tsx';

/** Where an agent signs in; `notice` says why they have to. */
export function SignIn({ notice }: { notice: 'ended' | null }) {
  const session = useSession();
  const { isBusy, failure, run } = useAct();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [isTried, setIsTried] = useState(false);
  const emailProblem = email.trim() === '' ? t('sign_in.email_missing') : null;
  const passwordProblem = password === '' ? t('sign_in.password_missing') : null;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (emailProblem !== null || passwordProblem !== null) return;
    void run(() => session.signIn({ email: email.trim(), password }));
  };

  return (
    <Entrance title={t('sign_in.title')}>
      {failure === null && notice === 'ended' && (
        <Alert severity="info">{t('sign_in.ended')}</Alert>
      )}
      {failure !== null && <Alert severity="error">{failure}</Alert>}
      <form noValidate onSubmit={submit}>
        <TextField
          label={t('sign_in.email')}
          name="email"
          type="email"
          autoComplete="username"
          autoFocus
          value={email}
          error={isTried && emailProblem !== null}
          helperText={isTried && emailProblem}
          onChange={(event) => setEmail(event.target.value)}
        />
        <PasswordField
          value={password}
          problem={isTried ? passwordProblem : null}
          autoComplete="current-password"
          onChange={setPassword}
        />
        <Button type="submit" variant="contained" loading={isBusy}>
          {t('sign_in.submit')}
        </Button>
      </form>
      <SmallPrint>{t('sign_in.no_account')}</SmallPrint>
    </Entrance>
  );
}
