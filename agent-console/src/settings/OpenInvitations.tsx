import type { Invitation } from '@alcove/protocol';
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { MATCH_PARENT } from '../shared/match-parent.ts';
import { t } from '../shared/texts.ts';
import { fullTime } from '../shared/times.ts';
import { useNow } from '../shared/use-now.ts';

const List = styled('ul')(({ theme }) => ({
  listStyle: 'none',
  margin: '16px 0 0',
  padding: 0,
  '& li': {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: 12,
    minBlockSize: 44,
    paddingBlock: 6,
    borderBlockStart: `1px solid ${theme.vars.palette.divider}`,
  },
  // The word ends with the line above it.
  '& button': { flex: 'none', marginInlineEnd: -12 },
}));

const None = styled('p')(({ theme }) => ({
  margin: '16px 0 0',
  textAlign: MATCH_PARENT,
  color: theme.vars.palette.chat.text3,
}));

interface OpenInvitationsProps {
  invitations: readonly Invitation[];
  isBusy: boolean;
  onWithdraw(id: string): void;
}

/** Invitations that nobody has used yet. */
export function OpenInvitations({ invitations, isBusy, onWithdraw }: OpenInvitationsProps) {
  const now = useNow();
  if (invitations.length === 0) return <None dir="auto">{t('invitations.none')}</None>;
  return (
    <List aria-label={t('invitations.title')}>
      {invitations.map((each) => {
        const role = t(`settings.role.${each.role}`);
        const isExpired = Date.parse(each.expiresAt) <= now;
        const time = fullTime(each.expiresAt);
        return (
          <li key={each.id}>
            {t(isExpired ? 'invitations.expired' : 'invitations.open', { role, time })}
            <Button
              size="small"
              disabled={isBusy}
              aria-label={t('invitations.withdraw_label', { role })}
              onClick={() => onWithdraw(each.id)}
            >
              {t('invitations.withdraw')}
            </Button>
          </li>
        );
      })}
    </List>
  );
}
