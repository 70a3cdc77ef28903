import { createHash } from 'node:crypto';
import type { ShownItem } from './history.ts';

/** What an event has that can be seen; events from the wire, from the file and lines of a timeline fit alike. */
export interface Visible {
  seq: number;
  type: string;
  at: string;
  actor: { kind: string; id: string };
  clientEventId: string;
  content?: { kind: string; text?: string } | undefined;
  editedAt?: string | undefined;
  replyTo?: number | undefined;
  status?: string | undefined;
  assignee?: { agentId?: string; teamId?: string } | null | undefined;
}

/**
 * The lines that a log makes on a screen: messages with their present text, changes of status, assignments. Edits and
 * deletions make no line, they change one.
 */
export function toShownItems(events: readonly Visible[]): ShownItem[] {
  return events.flatMap((event) => {
    const line = describeLine(event);
    return line === undefined ? [] : [[event.seq, event.clientEventId, line] as ShownItem];
  });
}

/** One line in words. Equal words are equal lines. */
export function describeLine(event: Visible): string | undefined {
  const head = `${event.at} ${event.actor.kind} ${event.actor.id}`;
  switch (event.type) {
    case 'message.created': {
      const { kind, text = '' } = event.content ?? { kind: 'nothing' };
      const answered = event.replyTo ? ` to ${event.replyTo}` : '';
      const edited = event.editedAt ? ` edited ${event.editedAt}` : '';
      return `${head} says ${kind} "${digestOf(text)}"${answered}${edited}`;
    }
    case 'conversation.status_changed':
      return `${head} sets ${event.status}`;
    case 'conversation.assigned': {
      const { agentId = '', teamId = '' } = event.assignee ?? {};
      return `${head} assigns ${agentId}${teamId}`;
    }
    default:
      return undefined;
  }
}

const LONG = 100;

/** Hundreds of readers keep and write down all that they show: of long texts a digest does, and short ones stay as they are. */
export function digestOf(text: string): string {
  if (text.length <= LONG) return text;
  return `${text.length} characters, ${createHash('sha256').update(text).digest('base64url')}`;
}

/** Takes an event into a log that a client holds: edits and deletions change the message that they speak of. */
export function foldInto<Event extends Visible & { messageSeq?: number }>(
  log: Event[],
  event: Event,
): void {
  log.push(event);
  if (event.type !== 'message.edited' && event.type !== 'message.deleted') return;
  const at = log.findIndex(
    ({ seq, type }) => type === 'message.created' && seq === event.messageSeq,
  );
  const message = log[at];
  if (!message) return;
  log[at] =
    event.type === 'message.deleted'
      ? { ...message, content: { kind: 'deleted' } }
      : { ...message, content: event.content, editedAt: event.at };
}
