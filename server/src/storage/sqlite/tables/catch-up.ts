import { foldConversation } from '@alcove/protocol';
import type { Prepare } from '../connection.ts';
import type { ConversationColumns } from './conversations.ts';
import { CONVERSATION_COLUMNS, toConversation } from './conversations.ts';
import type { EventColumns } from './events.ts';
import { EVENT_COLUMNS, toEvent } from './events.ts';
import type { RowWriter } from './row-writer.ts';

/** Makes the function that folds into their rows what rows in `rows_behind` lack of their logs. */
export function catchingUp(prepare: Prepare, writer: RowWriter): () => void {
  const behind = prepare<ConversationColumns & { workspace_id: string }>(
    `SELECT workspace_id, ${CONVERSATION_COLUMNS} FROM rows_behind JOIN conversations ON number = conversation`,
  );
  const lacking = prepare<EventColumns & { visitor_message_count: number }>(
    `SELECT ${EVENT_COLUMNS}, visitor_message_count FROM events
     WHERE conversation = ? AND seq > ? ORDER BY seq`,
  );

  return () => {
    for (const row of behind.all()) {
      const { number, workspace_id: workspaceId } = row;
      const filed = toConversation(row);
      const events = lacking.all(number, filed.appliedSeq);
      const folded = events
        .map((event) => toEvent(filed.id, event, event.seq - 1))
        .reduce(foldConversation, filed);
      writer.write({
        workspaceId,
        number,
        record: { ...folded, clientConversationId: filed.clientConversationId },
        visitorMessages: events.at(-1)?.visitor_message_count ?? row.visitor_message_count,
        behind: { filed, since: 0, isNoted: true },
      });
    }
  };
}
