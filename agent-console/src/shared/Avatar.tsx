import type { ActorKind, PresenceStatus } from '@alcove/protocol';
import { styled } from '@mui/material/styles';
import { memo } from 'react';
import { hashOf } from './hash.ts';
import { initialsOf } from './initials.ts';
import { PresenceDot } from './PresenceDot.tsx';

interface AvatarProps {
  /** Decides the hue: the contact's or agent's id. */
  id: string;
  name: string;
  kind: ActorKind;
  /** In px. */
  size?: number;
  presence?: PresenceStatus;
}

const HUES = 8;

/** Who speaks is told by shape: an agent is an arch, a visitor a circle, a bot a square. */
const RADIUS: Record<ActorKind, string> = {
  agent: '50% 50% 28% 28%',
  system: '50% 50% 28% 28%',
  visitor: '50%',
  bot: '8px',
};

const Root = styled('span')({ position: 'relative', display: 'inline-flex', flex: 'none' });

const Face = styled('span', {
  shouldForwardProp: (name) => name !== 'hue' && name !== 'kind' && name !== 'size',
})<{ hue: string; kind: ActorKind; size: number }>(({ theme, hue, kind, size }) => ({
  inlineSize: size,
  blockSize: size,
  display: 'grid',
  placeItems: 'center',
  borderRadius: RADIUS[kind],
  fontSize: Math.max(10, Math.round(size * 0.36)),
  lineHeight: 1,
  fontWeight: 600,
  userSelect: 'none',
  backgroundColor: theme.vars.palette.chat.avatars[hue]?.fill,
  color: theme.vars.palette.chat.avatars[hue]?.ink,
}));

/** A face: initials on a hue that follows from the id. The name stands beside it, so it is silent by itself. */
export const Avatar = memo(function Avatar({ id, name, kind, size = 36, presence }: AvatarProps) {
  return (
    <Root aria-hidden>
      <Face hue={`hue${hashOf(id) % HUES}`} kind={kind} size={size}>
        {initialsOf(name)}
      </Face>
      {presence === 'online' && <PresenceDot status="online" onFace />}
    </Root>
  );
});
