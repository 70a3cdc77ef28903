import type { PendingAct } from '@alcove/sdk/agent';
import { styled } from '@mui/material/styles';
import { Clock } from 'lucide-react';
import { useSelector } from 'react-redux';
import { actWords } from '../client/act-words.ts';
import { selectAgents, selectConnection, selectSelf } from '../client/chat.ts';
import { t } from '../shared/texts.ts';

const Line = styled('div')(({ theme }) => ({
  ...theme.typography.body2,
  flex: 'none',
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  padding: '6px 16px',
  color: theme.vars.palette.text.secondary,
  borderBlockEnd: `1px solid ${theme.vars.palette.divider}`,
  '& svg': { flex: 'none' },
}));

/** Says under the header what was asked for and waits for the connection. */
export function PendingActs({ acts }: { acts: readonly PendingAct[] }) {
  const isOnline = useSelector(selectConnection).status === 'online';
  const agents = useSelector(selectAgents);
  const self = useSelector(selectSelf);
  if (isOnline || acts.length === 0) return null;
  const nameOf = (id: string) =>
    id === self?.id ? t('act.you') : (agents.find((agent) => agent.id === id)?.name ?? '');
  const words = acts.map((act) => actWords({ ...act, to: act.assigneeId }, false, nameOf));
  return (
    <Line role="status">
      <Clock size={14} aria-hidden />
      <span dir="auto">{t('act.all_waiting', { acts: words.join(', ') })}</span>
    </Line>
  );
}
