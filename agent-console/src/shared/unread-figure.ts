import { WIRE_LIMITS } from '@alcove/protocol';

/** An unread count as it is shown. The server counts no further than its limit, so the last figure means "or more". */
export function unreadFigure(unread: number): string {
  const most = WIRE_LIMITS.unreadCount;
  return unread >= most ? `${most - 1}+` : String(unread);
}
