import { WIRE_LIMITS } from '@alcove/protocol';
import { t } from '../shared/texts.ts';

/** What somebody fills in to join. */
export interface JoinDetails {
  name: string;
  email: string;
  password: string;
}

/** What is wrong with each field; `null` when it will do. */
export type JoinProblems = Record<keyof JoinDetails, string | null>;

/** Checks the form before it is sent. The server checks again and has the last word. */
export function joinProblems({ name, email, password }: JoinDetails): JoinProblems {
  const { min, max } = WIRE_LIMITS.passwordLength;
  return {
    name: name.trim() === '' ? t('join.name_missing') : null,
    email: /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? null : t('join.email_invalid'),
    password: passwordProblem([...password].length, min, max),
  };
}

function passwordProblem(length: number, min: number, max: number): string | null {
  if (length < min) return t('join.password_short', { min });
  return length > max ? t('join.password_long', { max }) : null;
}
