import type { Agent, UpdateAgent } from '@alcove/protocol';
import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import { useCallback } from 'react';
import { useSelector } from 'react-redux';
import { selectIsAdmin, selectSelf, selectWorkspace } from '../client/chat.ts';
import { useSession } from '../client/console-context.tsx';
import { reasonOf } from '../client/reason.ts';
import { useAct } from '../client/use-act.ts';
import { useLoad } from '../client/use-load.ts';
import { EmptyState } from '../shared/EmptyState.tsx';
import { SettingsPage } from '../shared/SettingsPage.tsx';
import { t } from '../shared/texts.ts';
import { AgentList } from './AgentList.tsx';
import { Invitations } from './Invitations.tsx';
import { LoadingList } from './LoadingList.tsx';

/** Who answers in this workspace, what they may do, and how others come in. */
export function AgentsPage() {
  const self = useSelector(selectSelf);
  const workspace = useSelector(selectWorkspace);
  const isAdmin = useSelector(selectIsAdmin);
  return (
    <SettingsPage
      title={t('settings.title')}
      lead={t('settings.lead', { workspace: workspace?.name ?? '' })}
    >
      {self && <Agents self={self} />}
      {self && isAdmin && <Invitations self={self} />}
      {self && !isAdmin && <p>{t('settings.only_admins')}</p>}
    </SettingsPage>
  );
}

function Agents({ self }: { self: Agent }) {
  const { http } = useSession();
  const [agents, replace, again] = useLoad(useCallback(() => http.listAgents(), [http]));
  const { failure, run } = useAct();
  if (agents.status === 'loading') return <LoadingList label={t('settings.loading')} />;
  if (agents.status === 'failed') {
    return (
      <EmptyState sentence={`${t('settings.failed')} ${reasonOf(agents.error)}`}>
        <Button variant="outlined" onClick={again}>
          {t('inbox.retry')}
        </Button>
      </EmptyState>
    );
  }
  const change = (agentId: string, wanted: UpdateAgent) =>
    void run(async () => {
      const changed = await http.updateAgent(agentId, wanted);
      replace(agents.value.map((agent) => (agent.id === agentId ? changed : agent)));
    });
  return (
    <>
      {failure !== null && (
        <Alert severity="error" sx={{ marginBlockEnd: 4 }}>
          {t('settings.change_failed', { reason: failure })}
        </Alert>
      )}
      <AgentList agents={agents.value} self={self} onChange={change} />
    </>
  );
}
