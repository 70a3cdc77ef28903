import { createAction, createSlice, type PayloadAction } from '@reduxjs/toolkit';

/** Whether somebody is signed in. `resuming`: the page has just been opened, and the cookie is being tried. */
export type SessionState =
  | { status: 'resuming' | 'unreachable' }
  | { status: 'signed_in'; agentId: string }
  | { status: 'signed_out'; notice: 'ended' | null };

/** The part of the store that says who is here. */
export interface SessionRoot {
  session: SessionState;
}

/** Everything that belongs to an agent is dropped with this. */
export const signedOut = createAction<{ notice: 'ended' | null }>('session/signedOut');

const initialState = (): SessionState => ({ status: 'resuming' });

const slice = createSlice({
  name: 'session',
  initialState,
  reducers: {
    resuming: (): SessionState => ({ status: 'resuming' }),
    unreachable: (): SessionState => ({ status: 'unreachable' }),
    signedIn: (_state, action: PayloadAction<{ agentId: string }>): SessionState => ({
      status: 'signed_in',
      agentId: action.payload.agentId,
    }),
  },
  extraReducers: (builder) => {
    builder.addCase(
      signedOut,
      (_state, { payload }): SessionState => ({ status: 'signed_out', notice: payload.notice }),
    );
  },
});

export const { resuming, unreachable, signedIn } = slice.actions;
export const sessionReducer = slice.reducer;

export const selectSession = (root: SessionRoot): SessionState => root.session;
