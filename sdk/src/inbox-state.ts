import {
  type Actor,
  type ConversationEvent,
  type Cursor,
  foldConversation,
  type InboxRow,
  type InboxView,
  type ListInboxResult,
  type PresenceStatus,
  sideOf,
  WIRE_LIMITS,
} from '@alcove/protocol';
import type { AgentState, InboxViewState } from './agent-state.ts';

const VIEWS: readonly InboxView[] = ['all', 'mine', 'unassigned', 'resolved'];

/** Puts rows in, unless newer ones are held, and moves them to where they belong in the views that are loaded. */
export function putRows(state: AgentState, incoming: readonly InboxRow[]): AgentState {
  const fresh = incoming.filter((row) => (state.rows[row.id]?.appliedSeq ?? 0) <= row.appliedSeq);
  if (!fresh.length) return state;
  const rows = { ...state.rows };
  for (const row of fresh) {
    const own = state.logs[row.id]?.cursors.find(({ participant }) => isSelf(state, participant));
    // The server may have answered before it was told what was read here.
    rows[row.id] = own ? withRead(state, row, own.read) : row;
  }
  const views = { ...state.views };
  for (const name of VIEWS) {
    views[name] = place(views[name], fresh, rows, (row) => belongsTo(name, row, state.agent?.id));
  }
  return { ...state, rows, views };
}

/** Adds a page to a view. */
export function addPage(state: AgentState, name: InboxView, page: ListInboxResult): AgentState {
  const next = putRows(state, page.rows);
  const view = next.views[name];
  const ids = new Set(view.conversationIds);
  // What has left the view since the server read the page is known to be gone.
  const belonging = page.rows.flatMap(({ id }) => {
    const row = next.rows[id];
    return row && belongsTo(name, row, state.agent?.id) ? id : [];
  });
  for (const id of belonging) ids.add(id);
  const activity = (id: string) => Date.parse(next.rows[id]?.lastActivityAt ?? '');
  const conversationIds = [...ids].sort((a, b) => activity(b) - activity(a));
  const loaded: InboxViewState = { conversationIds, next: page.next, isLoading: false };
  return { ...next, counts: page.counts, views: { ...next.views, [name]: loaded } };
}

/** Folds events that follow what the row holds; a gap is left to `inbox.sync`. */
export function foldIntoRow(
  state: AgentState,
  id: string,
  events: readonly ConversationEvent[],
): AgentState {
  const before = state.rows[id];
  if (!before) return state;
  let row = before;
  for (const event of events) {
    if (event.seq !== row.appliedSeq + 1) continue;
    row = { ...row, ...foldConversation(row, event), unread: unreadAfter(row.unread, event) };
  }
  if (row === before) return state;
  const next = putRows(state, [row]);
  return { ...next, counts: recount(state, before, row) };
}

/** A row after a cursor moved: this agent's own lowers its unread count. */
export function readRow(state: AgentState, id: string, { participant, read }: Cursor): AgentState {
  const row = state.rows[id];
  if (!row || !isSelf(state, participant)) return state;
  const lowered = withRead(state, row, read);
  return lowered === row ? state : putRows(state, [lowered]);
}

/** A visitor came or went, or nobody can tell. */
export function meetVisitor(
  state: AgentState,
  visitorId: string,
  status: PresenceStatus,
): AgentState {
  const isVisitorOnline = status === 'online';
  const isPresenceUnknown = status === 'unknown' || undefined;
  const rows = Object.values(state.rows).filter((row) => row.visitorId === visitorId);
  return putRows(
    state,
    rows.map((row) => ({ ...row, isVisitorOnline, isPresenceUnknown })),
  );
}

function isSelf(state: AgentState, { id }: Actor): boolean {
  return id === state.agent?.id;
}

/** Reading only lowers the count: to what the log shows above the cursor, or to what may be there at most. */
function withRead(state: AgentState, row: InboxRow, read: number): InboxRow {
  const { events, have } = state.logs[row.id] ?? { events: [], have: 0 };
  const newest = row.lastMessageSeq.visitor;
  const isShown = have >= newest && (events[0]?.prev ?? Infinity) <= read;
  const above = events.filter((event) => event.seq > read && isFromVisitor(event)).length;
  const atMost = isShown ? above : Math.max(0, newest - read);
  return atMost < row.unread ? { ...row, unread: atMost } : row;
}

function belongsTo(view: InboxView, row: InboxRow, agentId: string | undefined): boolean {
  if (view === 'resolved') return row.status === 'resolved';
  if (row.status !== 'open') return false;
  if (view === 'mine') return !!agentId && row.assignee?.agentId === agentId;
  return view === 'all' || (!row.assignee?.agentId && !row.assignee?.teamId);
}

/** Moves rows to where they belong, all at once: one by one, a page of them would walk a long view for each. */
function place(
  view: InboxViewState,
  fresh: readonly InboxRow[],
  rows: Readonly<Record<string, InboxRow>>,
  belongs: (row: InboxRow) => boolean,
): InboxViewState {
  if (view.next === undefined) return view;
  const activity = (id: string | undefined) => (id && rows[id]?.lastActivityAt) || '';
  const moving = new Set(fresh.map(({ id }) => id));
  const here = new Set(view.conversationIds.filter((id) => moving.has(id)));
  const staying = view.conversationIds.filter((id) => !moving.has(id));
  const oldest = staying.at(-1);
  // Below everything that was loaded: it comes with its page.
  const isLoaded = (id: string) =>
    here.has(id) || view.next === null || (oldest && activity(oldest) < activity(id));
  const coming = fresh.filter((row) => belongs(row) && isLoaded(row.id)).map(({ id }) => id);
  coming.sort((a, b) => (activity(a) < activity(b) ? 1 : activity(a) > activity(b) ? -1 : 0));
  const ids: string[] = [];
  for (const id of staying) {
    while (coming.length && activity(id) < activity(coming[0])) ids.push(coming.shift() ?? '');
    ids.push(id);
  }
  ids.push(...coming);
  const isSame = ids.length === view.conversationIds.length;
  return isSame && ids.every((id, at) => id === view.conversationIds[at])
    ? view
    : { ...view, conversationIds: ids };
}

function recount(state: AgentState, before: InboxRow, after: InboxRow): AgentState['counts'] {
  if (!state.counts) return null;
  const counts = { ...state.counts };
  for (const view of VIEWS) {
    const was = belongsTo(view, before, state.agent?.id);
    counts[view] += Number(belongsTo(view, after, state.agent?.id)) - Number(was);
  }
  return counts;
}

function unreadAfter(unread: number, event: ConversationEvent): number {
  if (event.type !== 'message.created') return unread;
  return isFromVisitor(event) ? Math.min(unread + 1, WIRE_LIMITS.unreadCount) : 0;
}

function isFromVisitor(event: ConversationEvent): boolean {
  return event.type === 'message.created' && sideOf(event.actor) === 'visitor';
}
