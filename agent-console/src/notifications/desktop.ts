import { useSyncExternalStore } from 'react';

/** Whether the browser lets the console show notifications; `unsupported` also on plain http. */
export type DesktopPermission = NotificationPermission | 'unsupported';

/** What the browser allows now. */
export function desktopPermission(): DesktopPermission {
  return 'Notification' in window && window.isSecureContext
    ? Notification.permission
    : 'unsupported';
}

/** Asks the person; to be called by a press of theirs only, since browsers punish a page that asks unbidden. */
export async function askForDesktop(): Promise<void> {
  await Notification.requestPermission();
  for (const listener of listeners) listener();
}

export interface DesktopNotice {
  title: string;
  body: string;
  /** A newer notice of the same conversation takes the older one's place. */
  conversationId: string;
  onClick(): void;
}

/** Shows a notice on the desktop. Silent, since the console has its own sound. */
export function showOnDesktop({ title, body, conversationId, onClick }: DesktopNotice): void {
  const options = { body, tag: `alcove:${conversationId}`, silent: true, dir: 'auto' } as const;
  let notice: Notification;
  try {
    notice = new Notification(title, options);
  } catch {
    // Chrome on Android knows notices of service workers only.
    return;
  }
  notice.onclick = () => {
    window.focus();
    notice.close();
    onClick();
  };
}

const listeners = new Set<() => void>();

/** The permission, also when it is changed in the browser's own settings. */
export function useDesktopPermission(): DesktopPermission {
  return useSyncExternalStore(subscribe, desktopPermission);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // It is changed in the browser's settings, from which one comes back to the page.
  window.addEventListener('focus', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('focus', listener);
  };
}
