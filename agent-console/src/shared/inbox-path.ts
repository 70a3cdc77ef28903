import type { InboxView } from '@alcove/protocol';

/** The views in the order of their tabs. */
export const VIEWS = [
  'all',
  'mine',
  'unassigned',
  'resolved',
] as const satisfies readonly InboxView[];

/** Where a view, or a conversation in it, is found. */
export function inboxPath(view: InboxView, conversationId?: string): string {
  return conversationId ? `/inbox/${view}/${conversationId}` : `/inbox/${view}`;
}

/** Reads a view from an address. */
export function toView(value: string | undefined): InboxView {
  return VIEWS.find((view) => view === value) ?? 'all';
}
