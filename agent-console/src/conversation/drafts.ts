import { createSlice, type PayloadAction } from '@reduxjs/toolkit';

/** What is written and not sent, by conversation id. */
export type Drafts = Readonly<Record<string, string>>;

export interface DraftsRoot {
  drafts: Drafts;
}

const NONE: Drafts = {};

const slice = createSlice({
  name: 'drafts',
  initialState: NONE,
  reducers: {
    draftsRead: (_drafts, action: PayloadAction<Drafts>) => action.payload,
    draftChanged(
      drafts,
      { payload }: PayloadAction<{ conversationId: string; text: string }>,
    ): Drafts {
      const { [payload.conversationId]: _dropped, ...others } = drafts;
      return payload.text === '' ? others : { ...others, [payload.conversationId]: payload.text };
    },
  },
});

export const { draftsRead, draftChanged } = slice.actions;
export const draftsReducer = slice.reducer;

export const selectDraft = (root: DraftsRoot, conversationId: string): string =>
  root.drafts[conversationId] ?? '';

/** Takes kept drafts: an object of texts. */
export function acceptDrafts(value: unknown): Drafts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}
