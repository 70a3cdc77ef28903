import { type InvitationDetails, WIRE_LIMITS } from '@alcove/protocol';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { type FormEvent, useState } from 'react';
import { useNavigate } from 'react-router';
import { useSession } from '../client/console-context.tsx';
import { useAct } from '../client/use-act.ts';
import { inboxPath } from '../shared/inbox-path.ts';
import { t } from '../shared/texts.ts';
import { Entrance, SmallPrint } from './Entrance.tsx';
import { type JoinDetails, type JoinProblems, joinProblems } from './join-problems.ts';
import { PasswordField } from './PasswordField.tsx';

const NO_PROBLEMS: JoinProblems = { name: null, email: null, password: null };

/** Name, e-mail and password: for a new account, or to join with one that exists. */
export function JoinForm({ token, details }: { token: string; details: InvitationDetails }) {
  const session = useSession();
  const navigate = useNavigate();
  const { isBusy, failure, run } = useAct();
  const [form, setForm] = useState<JoinDetails>({ name: '', email: '', password: '' });
  const [isTried, setIsTried] = useState(false);
  const problems = joinProblems(form);
  const isOwner = details.role === 'owner';
  const workspace = details.workspaceName;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsTried(true);
    if (Object.values(problems).some((problem) => problem !== null)) return;
    const { name, email, password } = form;
    void run(async () => {
      await session.join({ token, name: name.trim(), email: email.trim(), password });
      // The used link does not stay in the history.
      await navigate(inboxPath('all'), { replace: true });
    });
  };

  return (
    <Entrance title={t(isOwner ? 'join.owner_title' : 'join.title', { workspace })}>
      <p>{t(`join.lead.${details.role}`)}</p>
      {failure !== null && <Alert severity="error">{failure}</Alert>}
      <form noValidate onSubmit={submit}>
        <Fields form={form} problems={isTried ? problems : NO_PROBLEMS} onChange={setForm} />
        <Button type="submit" variant="contained" loading={isBusy}>
          {t(isOwner ? 'join.owner_submit' : 'join.submit')}
        </Button>
      </form>
      <SmallPrint>{t('join.existing')}</SmallPrint>
    </Entrance>
  );
}

interface FieldsProps {
  form: JoinDetails;
  problems: JoinProblems;
  onChange(form: JoinDetails): void;
}

function Fields({ form, problems, onChange }: FieldsProps) {
  return (
    <>
      <TextField
        label={t('join.name')}
        name="name"
        autoComplete="name"
        autoFocus
        value={form.name}
        error={problems.name !== null}
        helperText={problems.name ?? t('join.name_help')}
        onChange={(event) => onChange({ ...form, name: event.target.value })}
        slotProps={{ htmlInput: { dir: 'auto', maxLength: WIRE_LIMITS.nameLength } }}
      />
      <TextField
        label={t('sign_in.email')}
        name="email"
        type="email"
        autoComplete="username"
        value={form.email}
        error={problems.email !== null}
        helperText={problems.email}
        onChange={(event) => onChange({ ...form, email: event.target.value })}
      />
      <PasswordField
        value={form.password}
        problem={problems.password}
        help={t('join.password_help', { min: WIRE_LIMITS.passwordLength.min })}
        autoComplete="new-password"
        onChange={(password) => onChange({ ...form, password })}
      />
    </>
  );
}
