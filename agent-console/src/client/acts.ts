import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import type { InboxRow } from '@alcove/protocol';
import type { AgentClient } from '@alcove/sdk/agent';
import { signedOut } from './session-slice.ts';

/** Something that an agent does to a conversation as a whole, with what is needed to take it back. */
export type ConversationAct =
  | { kind: 'resolve' | 'reopen'; conversationId: string }
  | { kind: 'assign'; conversationId: string; from: string | null; to: string | null };

/** What is told of the latest act. `waiting`: there is no connection yet. */
export type ActNotice = { id: string } & (
  | { status: 'done' | 'waiting'; act: ConversationAct }
  | { status: 'failed'; reason: string }
);

interface ActsState {
  notice: ActNotice | null;
  /** Acts that were taken back before they were done: nothing is told of them any more. */
  withdrawn: readonly string[];
}

export interface ActsRoot {
  acts: ActsState;
}

const NONE: ActsState = { notice: null, withdrawn: [] };

const slice = createSlice({
  name: 'acts',
  initialState: NONE,
  reducers: {
    actTold(state, { payload }: PayloadAction<ActNotice>): ActsState {
      if (state.withdrawn.includes(payload.id)) {
        return { ...state, withdrawn: state.withdrawn.filter((id) => id !== payload.id) };
      }
      return { ...state, notice: payload };
    },
    actWithdrawn: (state, { payload }: PayloadAction<string>): ActsState => ({
      notice: null,
      withdrawn:
        state.notice?.id === payload && state.notice.status === 'waiting'
          ? [...state.withdrawn, payload]
          : state.withdrawn,
    }),
    noticeClosed: (state, { payload }: PayloadAction<string>): ActsState =>
      state.notice?.id === payload ? { ...state, notice: null } : state,
  },
  extraReducers: (builder) => {
    builder.addCase(signedOut, () => NONE);
  },
});

export const { actTold, actWithdrawn, noticeClosed } = slice.actions;
export const actsReducer = slice.reducer;

export const selectNotice = (root: ActsRoot): ActNotice | null => root.acts.notice;

/** Does it. @throws ChatError when the server refuses. */
export function perform(
  client: Pick<AgentClient, 'assign' | 'resolve' | 'reopen'>,
  act: ConversationAct,
): Promise<void> {
  if (act.kind === 'assign') return client.assign(act.conversationId, act.to);
  return client[act.kind](act.conversationId);
}

/** The act that takes this one back. */
export function inverseOf(act: ConversationAct): ConversationAct {
  const { conversationId } = act;
  if (act.kind === 'assign') return { ...act, from: act.to, to: act.from };
  return { kind: act.kind === 'resolve' ? 'reopen' : 'resolve', conversationId };
}

/** Whether a colleague has given the conversation to somebody else since: their word then stands. */
export function isOvertaken(act: ConversationAct, row: InboxRow | undefined): boolean {
  if (act.kind !== 'assign' || !row) return false;
  const assigneeId = row.assignee?.agentId ?? null;
  return assigneeId !== act.to && assigneeId !== act.from;
}
