import type { PresenceStatus } from '@alcove/protocol';
import { styled } from '@mui/material/styles';

const Dot = styled('span', {
  shouldForwardProp: (name) => name !== 'status' && name !== 'onFace',
})<{ status: PresenceStatus; onFace: boolean }>(({ theme, status, onFace }) => ({
  flex: 'none',
  inlineSize: 8,
  blockSize: 8,
  borderRadius: '50%',
  // Filled or a ring: never told by colour alone.
  ...(status === 'online'
    ? { backgroundColor: theme.vars.palette.chat.online }
    : { border: `1.5px solid ${theme.vars.palette.chat.borderStrong}` }),
  ...(onFace && {
    position: 'absolute',
    insetInlineEnd: -2,
    insetBlockEnd: -2,
    inlineSize: 12,
    blockSize: 12,
    border: '2px solid var(--row-fill, var(--alcove-palette-background-paper))',
  }),
}));

/** Whether somebody is there, by shape and colour. Words say it wherever it matters. */
export function PresenceDot({
  status,
  onFace = false,
}: {
  status: PresenceStatus;
  onFace?: boolean;
}) {
  return <Dot status={status} onFace={onFace} aria-hidden />;
}
