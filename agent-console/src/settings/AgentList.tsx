import type { Agent, AgentRole, UpdateAgent } from '@alcove/protocol';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { Avatar } from '../shared/Avatar.tsx';
import { MATCH_PARENT } from '../shared/match-parent.ts';
import { t } from '../shared/texts.ts';
import { RoleSelect } from './RoleSelect.tsx';
import { grantableRoles, mayChange } from './roles.ts';

interface AgentListProps {
  agents: readonly Agent[];
  self: Agent;
  onChange(agentId: string, change: UpdateAgent): void;
}

const List = styled('ul')(({ theme }) => ({
  listStyle: 'none',
  margin: 0,
  padding: 0,
  border: `1px solid ${theme.vars.palette.divider}`,
  borderRadius: 12,
  overflow: 'hidden',
}));

const Item = styled('li')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  minBlockSize: 64,
  padding: '10px 16px',
  '& + &': { borderBlockStart: `1px solid ${theme.vars.palette.divider}` },
  '@media (max-width: 599.95px)': { flexWrap: 'wrap' },
}));

const Person = styled('div')(({ theme }) => ({
  flex: '1 1 180px',
  minInlineSize: 0,
  '& > *': {
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    textAlign: MATCH_PARENT,
  },
  '& > :first-of-type': { ...theme.typography.h3 },
  '& > :last-child': { ...theme.typography.body2, color: theme.vars.palette.text.secondary },
}));

const Role = styled('span')(({ theme }) => ({
  ...theme.typography.body2,
  color: theme.vars.palette.text.secondary,
}));

/** The agents with their roles. Who may not be changed is shown in plain words instead of dead controls. */
export function AgentList({ agents, self, onChange }: AgentListProps) {
  const [leaving, setLeaving] = useState<Agent | null>(null);
  return (
    <>
      <List aria-label={t('settings.agents')}>
        {agents.map((agent) => (
          <AgentItem
            key={agent.id}
            agent={agent}
            self={self}
            onRole={(role) => onChange(agent.id, { role })}
            onSwitch={() =>
              agent.isDisabled ? onChange(agent.id, { isDisabled: false }) : setLeaving(agent)
            }
          />
        ))}
      </List>
      <Dialog open={leaving !== null} onClose={() => setLeaving(null)} maxWidth="xs" fullWidth>
        <DialogTitle>{t('settings.disable_title', { name: leaving?.name ?? '' })}</DialogTitle>
        <DialogContent>{t('settings.disable_body')}</DialogContent>
        <DialogActions>
          <Button onClick={() => setLeaving(null)}>{t('settings.cancel')}</Button>
          <Button
            variant="contained"
            color="error"
            onClick={() => {
              if (leaving) onChange(leaving.id, { isDisabled: true });
              setLeaving(null);
            }}
          >
            {t('settings.disable')}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}

interface AgentItemProps {
  agent: Agent;
  self: Agent;
  onRole(role: AgentRole): void;
  onSwitch(): void;
}

function AgentItem({ agent, self, onRole, onSwitch }: AgentItemProps) {
  const isChangeable = mayChange(self, agent);
  return (
    <Item>
      <Avatar id={agent.id} name={agent.name} kind="agent" />
      <Person>
        <div>
          <bdi dir="auto">{agent.name}</bdi>
          {agent.id === self.id && ` (${t('settings.you')})`}
        </div>
        <div dir="auto">{agent.email}</div>
      </Person>
      {agent.isDisabled && <Chip size="small" label={t('settings.disabled')} />}
      {isChangeable ? (
        <>
          <RoleSelect
            label={t('settings.role', { name: agent.name })}
            value={agent.role}
            roles={grantableRoles(self)}
            onChange={onRole}
          />
          <Button size="small" variant="text" onClick={onSwitch} sx={{ minInlineSize: 80 }}>
            {t(agent.isDisabled ? 'settings.enable' : 'settings.disable')}
          </Button>
        </>
      ) : (
        <Role>{t(`settings.role.${agent.role}`)}</Role>
      )}
    </Item>
  );
}
