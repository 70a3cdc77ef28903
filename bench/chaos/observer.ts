import type {
  ConversationEvent,
  HistoryResult,
  ListInboxResult,
  InboxView,
} from '@alcove/protocol';
import { BareClient } from './bare-client.ts';
import type { ClientSpec, Heads } from './client.ts';
import type { Final } from './history.ts';
import type { Random } from './random.ts';
import { toShownItems } from './shown-lines.ts';

/** Every conversation is in one of them. */
const VIEWS: readonly InboxView[] = ['all', 'resolved'];

/**
 * What an agent sees who comes fresh to the server: how far each conversation goes and, if asked for, all that is in them.
 */
export async function observe(
  spec: ClientSpec,
  random: Random,
  readsAll: boolean,
): Promise<{ heads: Heads; finals: Final[] }> {
  // What it does is no part of the history.
  const client = new BareClient(spec, () => undefined, random);
  await client.connect();
  try {
    const heads: Heads = {};
    for (const view of VIEWS) await readView(client, view, heads);
    const finals: Final[] = [];
    if (readsAll) for (const id of Object.keys(heads)) finals.push(await readLog(client, id));
    return { heads, finals };
  } finally {
    await client.close();
  }
}

async function readView(client: BareClient, view: InboxView, heads: Heads): Promise<void> {
  for (let before: string | undefined; ; ) {
    const page = (await client.ask('inbox.list', { view, before, limit: 200 })) as ListInboxResult;
    for (const { id, appliedSeq, visitorSeq } of page.rows) {
      heads[id] = { team: appliedSeq, visitor: visitorSeq };
    }
    if (!page.next) return;
    before = page.next;
  }
}

async function readLog(client: BareClient, conversationId: string): Promise<Final> {
  const events: ConversationEvent[] = [];
  for (let before: number | undefined; ; before = events[0]?.seq) {
    const page = (await client.ask('history', { conversationId, before })) as HistoryResult;
    events.unshift(...page.events);
    if (page.events.length === 0 || page.events[0]?.prev === 0) break;
  }
  const have = events.at(-1)?.seq ?? 0;
  return { conversation: conversationId, side: 'team', have, from: 0, items: toShownItems(events) };
}
