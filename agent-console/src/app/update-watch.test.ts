import { initialAgentState, type AgentState } from '@alcove/sdk/agent';
import { describe, expect, it, vi } from 'vitest';
import { createUpdateWatch, hasUnsaved } from './update-watch.ts';

const pageWith = (script: string) => `<script type="module" nonce="x" src="${script}"></script>`;

function watch({ page = '', isAtRest = true, age = 3_600_000 } = {}) {
  const reload = vi.fn<() => void>();
  const onOutdated = vi.fn<() => void>();
  const state = { page, isAtRest, age };
  const { missed, rest } = createUpdateWatch({
    script: '/console/assets/index-old.js',
    readPage: async () => {
      if (!state.page) throw new TypeError('Failed to fetch');
      return state.page;
    },
    isAtRest: () => state.isAtRest,
    age: () => state.age,
    reload,
    onOutdated,
  });
  return { state, missed, rest, reload, onOutdated };
}

describe('a page that missed a part of itself', () => {
  it.each([
    ['the server is away', ''],
    ['the server has what it had', pageWith('/console/assets/index-old.js')],
    ['somebody else answers', '<script src="https://portal.example/terms.js"></script>'],
  ])('stays as it is when %s', async (_, page) => {
    const { missed, rest, reload, onOutdated } = watch({ page });
    await missed();
    rest();
    expect(onOutdated).not.toHaveBeenCalled();
    expect(reload).not.toHaveBeenCalled();
  });

  const page = pageWith('/console/assets/index-new.js');

  it('is reloaded when the server has another version', async () => {
    const { missed, reload, onOutdated } = watch({ page });
    await missed();
    expect(onOutdated).toHaveBeenCalledOnce();
    expect(reload).toHaveBeenCalledOnce();
  });

  it('waits while somebody is at something, and tells them once', async () => {
    const { state, missed, rest, reload, onOutdated } = watch({ page, isAtRest: false });
    await missed();
    await missed();
    rest();
    expect(onOutdated).toHaveBeenCalledOnce();
    expect(reload).not.toHaveBeenCalled();
    state.isAtRest = true;
    rest();
    expect(reload).toHaveBeenCalledOnce();
  });

  it('is not reloaded by itself right after it was opened', async () => {
    const { state, missed, rest, reload, onOutdated } = watch({ page, age: 5_000 });
    await missed();
    expect(onOutdated).toHaveBeenCalledOnce();
    expect(reload).not.toHaveBeenCalled();
    state.age = 61_000;
    rest();
    expect(reload).toHaveBeenCalledOnce();
  });
});

describe('what a reload would lose', () => {
  const act = { id: 'cl_1', conversationId: 'cv_1', kind: 'resolve' } as const;
  const message = { clientMessageId: 'cl_2' } as AgentState['pending'][number];
  const change = {} as AgentState['changes'][number];

  it.each<[string, Partial<AgentState>, boolean]>([
    ['nothing', {}, false],
    ['an act on its way', { pendingActs: [act] }, true],
    ['an edit on its way', { changes: [change] }, true],
    ['a message that is kept nowhere', { pending: [message], outboxStorage: 'memory' }, true],
    ['no message that is kept', { pending: [message], outboxStorage: 'indexeddb' }, false],
  ])('is %s', (_, state, isLost) => {
    expect(hasUnsaved({ ...initialAgentState, ...state })).toBe(isLost);
  });
});
