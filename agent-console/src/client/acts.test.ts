import { emptyConversation, type InboxRow } from '@alcove/protocol';
import { describe, expect, it } from 'vitest';
import {
  type ActNotice,
  actsReducer,
  actTold,
  actWithdrawn,
  type ConversationAct,
  inverseOf,
  isOvertaken,
  noticeClosed,
} from './acts.ts';

const RESOLVE: ConversationAct = { kind: 'resolve', conversationId: 'cv_1' };
const ASSIGN: ConversationAct = {
  kind: 'assign',
  conversationId: 'cv_1',
  from: null,
  to: 'ag_1',
};

describe('acts', () => {
  it('have an inverse, and its inverse is the act', () => {
    expect(inverseOf(RESOLVE)).toEqual({ kind: 'reopen', conversationId: 'cv_1' });
    expect(inverseOf(ASSIGN)).toMatchObject({ from: 'ag_1', to: null });
    for (const act of [RESOLVE, ASSIGN]) expect(inverseOf(inverseOf(act))).toEqual(act);
  });

  it('are told one at a time: the latest', () => {
    const state = told([notice('a', 'done'), notice('b', 'done')]);
    expect(state.notice?.id).toBe('b');
    expect(actsReducer(state, noticeClosed('a')).notice?.id).toBe('b');
    expect(actsReducer(state, noticeClosed('b')).notice).toBeNull();
  });

  it('that were taken back while they waited say nothing when they are done', () => {
    const withdrawn = actsReducer(told([notice('a', 'waiting')]), actWithdrawn('a'));
    expect(withdrawn.notice).toBeNull();
    const done = actsReducer(withdrawn, actTold(notice('a', 'done')));
    expect(done).toEqual({ notice: null, withdrawn: [] });
  });

  it('are overtaken when a colleague gave the conversation to a third', () => {
    expect(isOvertaken(ASSIGN, rowOf('ag_1'))).toBe(false);
    // The row may not have heard of the act yet.
    expect(isOvertaken(ASSIGN, rowOf(null))).toBe(false);
    expect(isOvertaken(ASSIGN, rowOf('ag_2'))).toBe(true);
    expect(isOvertaken(RESOLVE, rowOf('ag_2'))).toBe(false);
  });
});

function notice(id: string, status: 'done' | 'waiting'): ActNotice {
  return { id, status, act: RESOLVE };
}

function told(notices: readonly ActNotice[]) {
  return notices.map(actTold).reduce(actsReducer, actsReducer(undefined, { type: 'none' }));
}

function rowOf(agentId: string | null): InboxRow {
  const at = '2026-03-01T00:00:00.000Z';
  return {
    ...emptyConversation({ id: 'cv_1', visitorId: 'vi_1', contactId: 'co_1', createdAt: at }),
    assignee: agentId === null ? null : { agentId },
    contact: { id: 'co_1', name: null, email: null },
    isVisitorOnline: true,
    unread: 0,
  };
}
