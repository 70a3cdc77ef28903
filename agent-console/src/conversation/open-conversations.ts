import { createSlice, type PayloadAction } from '@reduxjs/toolkit';

/** Conversations that are open at once, in the order of their tabs. */
export type OpenConversations = readonly string[];

export interface OpenConversationsRoot {
  openConversations: OpenConversations;
}

/** Tabs beyond this many push out the one that was opened first: each keeps a live log in memory. */
const MOST_OPEN = 8;

const NONE: OpenConversations = [];

const slice = createSlice({
  name: 'openConversations',
  initialState: NONE,
  reducers: {
    openConversationsRead: (_open, action: PayloadAction<OpenConversations>) =>
      action.payload.slice(-MOST_OPEN),
    conversationOpened: (open, { payload }: PayloadAction<string>): OpenConversations =>
      open.includes(payload) ? open : [...open, payload].slice(-MOST_OPEN),
    conversationClosed: (open, { payload }: PayloadAction<string>): OpenConversations =>
      open.filter((id) => id !== payload),
  },
});

export const { openConversationsRead, conversationOpened, conversationClosed } = slice.actions;
export const openConversationsReducer = slice.reducer;

export const selectOpenConversations = (root: OpenConversationsRoot): OpenConversations =>
  root.openConversations;

/** The tab to show once `closed` is gone: its right neighbour, else its left one. */
export function neighbourOf(open: OpenConversations, closed: string): string | undefined {
  const index = open.indexOf(closed);
  return open[index + 1] ?? open[index - 1];
}

/** Takes kept tabs: a list of ids. */
export function acceptOpenConversations(value: unknown): OpenConversations | undefined {
  return Array.isArray(value)
    ? value.filter((id): id is string => typeof id === 'string')
    : undefined;
}
