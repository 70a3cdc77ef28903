import type { Agent } from '@alcove/protocol';
import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import { styled } from '@mui/material/styles';
import { Check, ChevronDown, UserRound, UserRoundX } from 'lucide-react';
import { type RefObject, useState } from 'react';
import { useSelector } from 'react-redux';
import {
  type ChatRoot,
  selectAgents,
  selectAssignable,
  selectPresence,
  selectSelf,
} from '../client/chat.ts';
import { Avatar } from '../shared/Avatar.tsx';
import { PresenceDot } from '../shared/PresenceDot.tsx';
import { t } from '../shared/texts.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';

interface AssignMenuProps {
  assigneeId: string | null;
  /** Pressed by the shortcut. */
  button: RefObject<HTMLButtonElement | null>;
  isShort: boolean;
  onAssign(agentId: string | null): void;
}

const Name = styled('span')({
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  maxInlineSize: 140,
});

/** The gap belongs to the page's direction, not to the name's. */
const Shown = styled('span')({ display: 'flex', paddingInlineStart: 8 });

const Grow = styled('span')({
  flex: 1,
  minInlineSize: 0,
  overflow: 'hidden',
  textOverflow: 'ellipsis',
  textAlign: 'start',
});

/** Who has the conversation, and a menu to change it. */
export function AssignMenu({ assigneeId, button, isShort, onAssign }: AssignMenuProps) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const name = useAgentName(assigneeId);
  const self = useSelector(selectSelf);
  const shown = assigneeId === self?.id ? t('assign.you') : (name ?? t('assign.unassigned'));
  return (
    <>
      <Button
        ref={button}
        size="small"
        variant="text"
        color="inherit"
        aria-haspopup="menu"
        aria-expanded={anchor !== null}
        endIcon={<ChevronDown size={16} aria-hidden />}
        onClick={(event) => setAnchor(event.currentTarget)}
      >
        {name !== null && assigneeId !== null ? (
          <Avatar id={assigneeId} name={name} kind="agent" size={22} />
        ) : (
          <UserRound size={18} aria-hidden />
        )}
        {!isShort && (
          <Shown aria-hidden>
            <Name dir="auto">{shown}</Name>
          </Shown>
        )}
        <VisuallyHidden>
          {name === null ? shown : t('assign.button', { name: shown })}
        </VisuallyHidden>
      </Button>
      <Choices
        anchor={anchor}
        assigneeId={assigneeId}
        onClose={() => setAnchor(null)}
        onChoose={(agentId) => {
          setAnchor(null);
          if (agentId !== assigneeId) onAssign(agentId);
        }}
      />
    </>
  );
}

interface ChoicesProps {
  anchor: HTMLElement | null;
  assigneeId: string | null;
  onClose(): void;
  onChoose(agentId: string | null): void;
}

function Choices({ anchor, assigneeId, onClose, onChoose }: ChoicesProps) {
  const self = useSelector(selectSelf);
  const assignable = useSelector(selectAssignable);
  const tick = <Check size={16} aria-hidden />;
  return (
    <Menu
      anchorEl={anchor}
      open={anchor !== null}
      onClose={onClose}
      slotProps={{ list: { 'aria-label': t('assign.menu'), sx: { minInlineSize: 240 } } }}
    >
      {assignable.map((agent) => (
        <MenuItem
          key={agent.id}
          selected={agent.id === assigneeId}
          onClick={() => onChoose(agent.id)}
        >
          <Colleague agent={agent} isSelf={agent.id === self?.id} />
          {agent.id === assigneeId && tick}
        </MenuItem>
      ))}
      <Divider sx={{ marginBlock: 1 }} />
      <MenuItem selected={assigneeId === null} onClick={() => onChoose(null)}>
        <UserRoundX size={18} aria-hidden style={{ marginInline: 3 }} />
        <Grow>{t('assign.nobody')}</Grow>
        {assigneeId === null && tick}
      </MenuItem>
    </Menu>
  );
}

function Colleague({ agent, isSelf }: { agent: Agent; isSelf: boolean }) {
  const presence = useSelector((root: ChatRoot) => selectPresence(root, agent.id)) ?? 'unknown';
  return (
    <>
      <Avatar id={agent.id} name={agent.name} kind="agent" size={24} />
      <Grow>
        <bdi dir="auto">{isSelf ? t('assign.me', { name: agent.name }) : agent.name}</bdi>
      </Grow>
      <PresenceDot status={presence} />
    </>
  );
}

function useAgentName(agentId: string | null): string | null {
  const agents = useSelector(selectAgents);
  if (agentId === null) return null;
  return agents.find((agent) => agent.id === agentId)?.name ?? t('assign.gone');
}
