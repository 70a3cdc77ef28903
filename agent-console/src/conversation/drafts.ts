import { createSlice, type PayloadAction } from '@reduxjs/toolkit';

/** What is written in a conversation and not sent. */
export interface Draft {
  text: string;
  /** The `seq` of the message that it answers. */
  replyTo?: number;
  /** A message that is being edited; `text` is kept aside meanwhile. */
  editing?: { seq: number; text: string };
}

/** By conversation id. */
export type Drafts = Readonly<Record<string, Draft>>;

export interface DraftsRoot {
  drafts: Drafts;
}

type About<Payload> = PayloadAction<{ conversationId: string } & Payload>;

const NONE: Drafts = {};
const EMPTY: Draft = { text: '' };

const slice = createSlice({
  name: 'drafts',
  initialState: NONE,
  reducers: {
    draftsRead: (_drafts, action: PayloadAction<Drafts>) => action.payload,
    /** Something was typed: into the edit when there is one. */
    draftChanged: (
      drafts,
      { payload: { conversationId, text } }: About<{ text: string }>,
    ): Drafts =>
      change(drafts, conversationId, (draft) =>
        draft.editing ? { ...draft, editing: { ...draft.editing, text } } : { ...draft, text },
      ),
    replyBegun: (drafts, { payload: { conversationId, seq } }: About<{ seq: number }>): Drafts =>
      change(drafts, conversationId, ({ text }) => ({ text, replyTo: seq })),
    editBegun: (
      drafts,
      { payload: { conversationId, seq, text } }: About<{ seq: number; text: string }>,
    ): Drafts => change(drafts, conversationId, (draft) => ({ ...draft, editing: { seq, text } })),
    /** Ends the edit, else the reply; what was written apart from it stays. */
    aboutDropped: (drafts, { payload: { conversationId } }: About<unknown>): Drafts =>
      change(drafts, conversationId, ({ text, replyTo, editing }) =>
        editing ? { text, replyTo } : { text },
      ),
    draftSent: (drafts, { payload: { conversationId } }: About<unknown>): Drafts =>
      change(drafts, conversationId, () => EMPTY),
    /** An edit that was refused comes back, unless another one has begun. */
    editReturned: (
      drafts,
      { payload: { conversationId, seq, text } }: About<{ seq: number; text: string }>,
    ): Drafts => change(drafts, conversationId, (draft) => ({ editing: { seq, text }, ...draft })),
    /** Gives back what could not be sent, unless something new stands there. */
    draftReturned: (drafts, { payload: { conversationId, draft } }: About<{ draft: Draft }>) =>
      drafts[conversationId] ? drafts : { ...drafts, [conversationId]: draft },
  },
});

export const {
  draftsRead,
  draftChanged,
  replyBegun,
  editBegun,
  aboutDropped,
  draftSent,
  draftReturned,
  editReturned,
} = slice.actions;
export const draftsReducer = slice.reducer;

export const selectDraft = (root: DraftsRoot, conversationId: string): Draft =>
  root.drafts[conversationId] ?? EMPTY;

/** Takes kept drafts, each as far as it is one. */
export function acceptDrafts(value: unknown): Drafts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([id, kept]) => {
      const draft = acceptDraft(kept);
      return draft ? [[id, draft]] : [];
    }),
  );
}

/** What is kept, with what changed here. Others stay as they are kept: another tab writes them, and this one may be behind. */
export function mergeDrafts(kept: Drafts, before: Drafts, after: Drafts): Drafts {
  const isChanged = (id: string) => before[id] !== after[id];
  return Object.fromEntries([
    ...Object.entries(kept).filter(([id]) => !isChanged(id)),
    ...Object.entries(after).filter(([id]) => isChanged(id)),
  ]);
}

function change(drafts: Drafts, id: string, update: (draft: Draft) => Draft): Drafts {
  const { [id]: before = EMPTY, ...others } = drafts;
  const draft = update(before);
  const isEmpty = draft.text === '' && draft.replyTo === undefined && !draft.editing;
  return isEmpty ? others : { ...others, [id]: draft };
}

function acceptDraft(value: unknown): Draft | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { text, replyTo, editing } = value as Partial<Record<keyof Draft, unknown>>;
  if (typeof text !== 'string') return undefined;
  return {
    text,
    ...(typeof replyTo === 'number' && { replyTo }),
    ...(isEdit(editing) && { editing: { seq: editing.seq, text: editing.text } }),
  };
}

function isEdit(value: unknown): value is { seq: number; text: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, text } = value as Record<string, unknown>;
  return typeof seq === 'number' && typeof text === 'string';
}
