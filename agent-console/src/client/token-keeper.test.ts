import type { AgentSession } from '@alcove/protocol';
import { ChatError } from '@alcove/sdk/agent';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createTokenKeeper, type TokenKeeper } from './token-keeper.ts';

describe('the token keeper', () => {
  const refresh = vi.fn<() => Promise<AgentSession>>();
  const onEnded = vi.fn<() => void>();
  const onOther = vi.fn<(session: AgentSession) => void>();
  let keeper: TokenKeeper;

  beforeEach(() => {
    vi.resetAllMocks();
    keeper = createTokenKeeper({ refresh, onEnded, onOther });
  });

  it('hands out what it holds while that lasts', async () => {
    keeper.hold(session('ag_1', 15));
    await expect(keeper.fresh()).resolves.toMatchObject({ accessToken: 'token of ag_1' });
    expect(refresh).not.toHaveBeenCalled();
  });

  it('renews once, however many ask', async () => {
    keeper.hold(session('ag_1', 0.5));
    refresh.mockResolvedValue(session('ag_1', 15));
    await Promise.all([keeper.fresh(), keeper.fresh(), keeper.fresh()]);
    expect(refresh).toHaveBeenCalledTimes(1);
    await keeper.fresh();
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('says that the session is over when the server no longer knows it', async () => {
    keeper.hold(session('ag_1', 0));
    refresh.mockRejectedValue(new ChatError('unauthenticated', 'Sign in again.'));
    await expect(keeper.fresh()).rejects.toThrow('Sign in again.');
    expect(onEnded).toHaveBeenCalledTimes(1);
  });

  it('keeps the session when the server only cannot be reached, and tries again when asked', async () => {
    keeper.hold(session('ag_1', 0));
    refresh.mockRejectedValueOnce(new TypeError('fetch failed'));
    await expect(keeper.fresh()).rejects.toThrow(TypeError);
    expect(onEnded).not.toHaveBeenCalled();
    refresh.mockResolvedValueOnce(session('ag_1', 15));
    await expect(keeper.fresh()).resolves.toMatchObject({ agent: { id: 'ag_1' } });
  });

  it('lets a renewal that comes after signing in anew change nothing', async () => {
    keeper.hold(session('ag_1', 0));
    refresh.mockRejectedValueOnce(new ChatError('unauthenticated', 'Sign in again.'));
    const renewal = keeper.fresh();
    keeper.hold(session('ag_2', 15));
    await expect(renewal).rejects.toThrow('Sign in again.');
    expect(onEnded).not.toHaveBeenCalled();

    keeper.hold(session('ag_1', 0));
    refresh.mockResolvedValueOnce(session('ag_1', 15));
    const second = keeper.fresh();
    keeper.hold(session('ag_2', 15));
    await second;
    await expect(keeper.fresh()).resolves.toMatchObject({ agent: { id: 'ag_2' } });
    expect(onOther).not.toHaveBeenCalled();
  });

  it('renews a token that was refused, though it looks good by a clock that is slow', async () => {
    keeper.hold(session('ag_1', 60));
    refresh.mockResolvedValue({ ...session('ag_1', 15), accessToken: 'another' });
    await expect(keeper.fresh(true)).resolves.toMatchObject({ accessToken: 'another' });
  });

  it('tells when somebody else has signed in in another tab', async () => {
    keeper.hold(session('ag_1', 0));
    refresh.mockResolvedValue(session('ag_2', 15));
    await keeper.fresh();
    expect(onOther).toHaveBeenCalledWith(expect.objectContaining({ accessToken: 'token of ag_2' }));
  });
});

function session(agentId: string, minutes: number): AgentSession {
  return {
    accessToken: `token of ${agentId}`,
    accessExpiresAt: new Date(Date.now() + minutes * 60_000).toISOString(),
    agent: {
      id: agentId,
      name: 'Cedar',
      email: 'cedar@shop.example',
      role: 'agent',
      isDisabled: false,
    },
    workspace: {
      id: 'ws_1',
      key: 'wk_1',
      name: 'A shop',
      look: { colour: '#0b6b62', side: 'end', theme: 'auto' },
      allowedOrigins: [],
    },
  };
}
