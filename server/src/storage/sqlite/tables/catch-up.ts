import { foldConversation } from '@alcove/protocol';
import type { Prepare } from '../connection.ts';
import type { ConversationColumns } from './conversations.ts';
import { CONVERSATION_COLUMNS, toConversation } from './conversations.ts';
import type { EventColumns } from './events.ts';
import { EVENT_COLUMNS, EVENT_VALUES, toEvent } from './events.ts';
import type { Placing } from './placing.ts';

/** Makes the function that puts into their place the events which another life of the writer left in `late_events`. */
export function catchingUp(prepare: Prepare, placing: Placing): () => void {
  const late = prepare<ConversationColumns & { workspace_id: string }>(
    `SELECT workspace_id, ${CONVERSATION_COLUMNS} FROM conversations
     WHERE number IN (SELECT conversation FROM late_events)`,
  );
  // Some are there already, and not gone yet from where they waited.
  const place = prepare(
    `INSERT INTO events (${EVENT_VALUES}) SELECT ${EVENT_VALUES} FROM late_events WHERE true
     ON CONFLICT (conversation, seq) DO NOTHING`,
  );
  const drop = prepare('DELETE FROM late_events');
  const unfolded = prepare<EventColumns & { visitor_message_count: number }>(
    `SELECT ${EVENT_COLUMNS}, visitor_message_count FROM events
     WHERE conversation = ? AND seq > ? ORDER BY seq`,
  );

  return () => {
    const conversations = late.all();
    if (conversations.length === 0) return;
    place.run();
    drop.run();
    for (const row of conversations) {
      const { number, workspace_id: workspaceId } = row;
      const filed = toConversation(row);
      const events = unfolded.all(number, filed.appliedSeq);
      if (events.length === 0) continue;
      const folded = events
        .map((event) => toEvent(filed.id, event, event.seq - 1))
        .reduce(foldConversation, filed);
      placing.place({
        workspaceId,
        number,
        record: { ...folded, clientConversationId: filed.clientConversationId },
        visitorMessages: events.at(-1)?.visitor_message_count ?? row.visitor_message_count,
        late: { filed, since: 0, events: [] },
      });
    }
  };
}
