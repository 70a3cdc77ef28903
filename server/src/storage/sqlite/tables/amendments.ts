import type { MessageDeleted, MessageEdited } from '@alcove/protocol';
import { amendEvent } from '@alcove/protocol';
import { detailsOf } from '../../event-details.ts';
import type { Prepare } from '../connection.ts';
import type { StoredEvent } from './events.ts';
import { EVENT_COLUMNS, saidIn, toEvent } from './events.ts';

/**
 * Makes the function that lets the stored events of a message take an edit or a deletion. What an event said at first
 * stays known by a fingerprint: a late repeat of the act is still recognised.
 */
export function amendments(prepare: Prepare) {
  const message = prepare<StoredEvent>(
    `SELECT ${EVENT_COLUMNS}, said FROM events WHERE conversation = ? AND seq = ?`,
  );
  const earlierChanges = prepare<StoredEvent>(
    `SELECT ${EVENT_COLUMNS}, said FROM events WHERE conversation = ? AND message_seq = ? AND seq < ?`,
  );
  const rewrite = prepare(
    'UPDATE events SET details = ?, said = ? WHERE conversation = ? AND seq = ?',
  );

  return (conversation: number, change: MessageEdited | MessageDeleted): void => {
    const { conversationId, messageSeq, seq } = change;
    const rows = [
      ...message.all(conversation, messageSeq),
      ...(change.type === 'message.deleted'
        ? earlierChanges.all(conversation, messageSeq, seq)
        : []),
    ];
    for (const row of rows) {
      const event = toEvent(conversationId, row, row.seq - 1);
      const amended = amendEvent(event, change);
      if (amended === event) continue;
      rewrite.run(JSON.stringify(detailsOf(amended)), saidIn(row), conversation, row.seq);
    }
  };
}
