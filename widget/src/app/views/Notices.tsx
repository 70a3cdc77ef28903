import type { VisitorState } from '@alcove/sdk';
import type { TextKey, Voice } from '../voice.ts';

interface NoticesProps {
  state: VisitorState;
  /** Whether the server has been away for longer than a hiccup. */
  isTroubled: boolean;
  voice: Voice;
}

/** What the visitor should know about the connection and about what is kept. Its place is always there, to be heard. */
export function Notices({ state, isTroubled, voice: { t } }: NoticesProps) {
  const { connection, conversations, outboxStorage, isThreadLost } = state;
  const keys: TextKey[] = [];
  if (connection.status === 'offline') keys.push('offline');
  else if (isTroubled) keys.push('unreachable');
  if (outboxStorage === 'memory') keys.push('memoryOnly');
  if (isThreadLost && !conversations.length) keys.push('threadLost');
  return (
    <div class="notices" role="status">
      {connection.status === 'refused' && <p>{connection.reason}</p>}
      {keys.map((key) => (
        <p key={key}>{t(key)}</p>
      ))}
    </div>
  );
}
