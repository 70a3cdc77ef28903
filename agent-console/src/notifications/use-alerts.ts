import { useEffect, useEffectEvent, useRef } from 'react';
import { useSelector } from 'react-redux';
import { useNavigate } from 'react-router';
import { selectSelf } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { contactName } from '../shared/contact-name.ts';
import { inboxPath } from '../shared/inbox-path.ts';
import { selectHasNotifications, selectIsMuted } from '../shared/preferences.ts';
import { createAlerts } from './alerts.ts';
import { type Attention, createAttention } from './attention.ts';
import { createChime } from './chime.ts';
import { desktopPermission, showOnDesktop } from './desktop.ts';

/**
 * Sound and desktop notifications of the agent who is signed in.
 *
 * @param shownId the conversation that the page shows
 */
export function useAlerts(shownId: string | undefined): void {
  const client = useClient();
  const navigate = useNavigate();
  const agentId = useSelector(selectSelf)?.id;
  const isMuted = useSelector(selectIsMuted);
  const hasNotifications = useSelector(selectHasNotifications);
  const wantsSilence = useEffectEvent(() => isMuted);
  const wantsNotices = useEffectEvent(() => hasNotifications);
  const open = useEffectEvent((id: string) => void navigate(inboxPath('all', id)));
  const attention = useRef<Attention>(null);

  useEffect(() => {
    if (agentId === undefined) return;
    const chime = createChime();
    const eyes = createAttention({ agentId, locks: navigator.locks });
    attention.current = eyes;
    const alert = createAlerts({
      chime,
      attention: eyes,
      isLeader: () => client.isLeader(),
      isMuted: () => wantsSilence(),
      mayNotify: () => wantsNotices() && desktopPermission() === 'granted',
      notify: ({ id, contact, lastMessage }) =>
        showOnDesktop({
          title: contactName(contact),
          body: lastMessage?.text ?? '',
          conversationId: id,
          onClick: () => open(id),
        }),
    });
    const stop = client.on('message', ({ conversationId }) => {
      const row = client.getState().rows[conversationId];
      if (row) void alert(row, agentId);
    });
    return () => {
      stop();
      eyes.close();
      chime.close();
    };
  }, [client, agentId]);

  useEffect(() => {
    const look = () =>
      attention.current?.turnTo(document.visibilityState === 'visible' ? (shownId ?? '') : null);
    look();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [client, agentId, shownId]);
}
