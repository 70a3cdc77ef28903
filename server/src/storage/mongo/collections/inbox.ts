import type { InboxView } from '@alcove/protocol';
import { trusted } from 'mongoose';
import type { ConversationStorage } from '../../storage.ts';
import type { Models } from '../collections.ts';
import type { ConversationDocument } from '../documents.ts';
import { NOBODY, toConversation } from '../conversation-documents.ts';

/** The last row of a page. */
type Place = readonly [lastActivityAt: string, id: string];

/** Lists of conversations for agents; pages and counts come from indexes. */
export function inboxMethods(
  workspaceId: string,
  { conversations }: Models,
): Pick<ConversationStorage, 'listInbox' | 'countInbox'> {
  const within = (view: InboxView, agentId: string) => {
    const listedAs = view === 'resolved' ? ('resolved' as const) : ('open' as const);
    if (view === 'mine') return { workspaceId, listedAs, assigneeKey: agentId };
    if (view === 'unassigned') return { workspaceId, listedAs, assigneeKey: NOBODY };
    return { workspaceId, listedAs };
  };
  return {
    async listInbox({ view, agentId, before, limit }) {
      const found = await conversations
        .find({ ...within(view, agentId), ...(before !== undefined && below(decodePlace(before))) })
        .sort({ lastActivityAt: -1, _id: -1 })
        // One row more than asked tells whether there is a next page.
        .limit(limit + 1)
        .lean();
      const page = found.slice(0, limit);
      const last = page.at(-1);
      const next = found.length > limit && last !== undefined ? encodePlace(last) : null;
      return { conversations: page.map(toConversation), next };
    },

    async countInbox(agentId, limit) {
      const count = (view: InboxView) =>
        conversations.countDocuments(within(view, agentId), { limit });
      const [all, mine, unassigned, resolved] = await Promise.all([
        count('all'),
        count('mine'),
        count('unassigned'),
        count('resolved'),
      ]);
      return { all, mine, unassigned, resolved };
    },
  };
}

/** The first condition is what an index can serve; the second parts those of one time. */
function below([lastActivityAt, id]: Place) {
  return {
    lastActivityAt: trusted({ $lte: lastActivityAt }),
    $or: [{ lastActivityAt: trusted({ $lt: lastActivityAt }) }, { _id: trusted({ $lt: id }) }],
  };
}

function encodePlace({ lastActivityAt, _id }: ConversationDocument): string {
  return Buffer.from(JSON.stringify([lastActivityAt, _id])).toString('base64url');
}

function decodePlace(text: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(place)) {
      const [lastActivityAt, id]: unknown[] = place;
      if (typeof lastActivityAt === 'string' && typeof id === 'string') return [lastActivityAt, id];
    }
  } catch {
    // Not JSON: the same as JSON of another shape.
  }
  throw new RangeError('the place in the inbox cannot be read; start again from the first page');
}
