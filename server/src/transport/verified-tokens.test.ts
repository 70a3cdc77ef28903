import { createId } from '@alcove/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSingleNodeCluster } from '../cluster/single-node.ts';
import type { Authenticator } from '../domain/authenticator.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { VisitorPrincipal } from '../domain/principal.ts';
import { createTestClock } from '../testing/test-clock.ts';
import { rememberVerified } from './verified-tokens.ts';

const LATER = 15 * 60_000;

function start({ verifiedMs = 60_000, cachedTokens = 100 } = {}) {
  const clock = createTestClock();
  const { revocations } = createSingleNodeCluster({ presenceGraceMs: 0 });
  const asked: string[] = [];
  const principal: VisitorPrincipal = {
    kind: 'visitor',
    workspaceId: createId('ws'),
    visitorId: createId('vi'),
    contactId: createId('co'),
    sessionId: createId('se'),
    expiresAt: clock.now() + LATER,
  };
  const gate = { isOpen: true, whenAsked: async () => {} };
  const authenticator: Authenticator = {
    async visitor(token) {
      asked.push(token);
      await gate.whenAsked();
      if (!gate.isOpen) throw new DomainError('unauthenticated', 'The session has ended.');
      return principal;
    },
    async agent(token) {
      asked.push(token);
      if (!gate.isOpen) throw new DomainError('unauthenticated', 'The session has ended.');
      return { ...principal, kind: 'agent', agentId: 'ag_1', accountId: 'ac_1', role: 'agent' };
    },
    async checkVisitorOrigin(_workspaceId, origin) {
      asked.push(`${origin}`);
      if (!gate.isOpen) throw new DomainError('origin_not_allowed', 'Not here.');
    },
    checkAgentOrigin: () => {},
  };
  const limits = { verifiedMs, cachedTokens };
  const remembering = rememberVerified({ authenticator, revocations, clock, limits });
  onTestFinished(remembering.close);
  return { clock, revocations, asked, principal, gate, ...remembering };
}

describe('a visitor whose token was found good', () => {
  it('is not looked up again for a while', async () => {
    const { visitor, asked, principal } = start();
    expect(await visitor('token')).toEqual(principal);
    expect(await visitor('token')).toEqual(principal);
    expect(asked).toEqual(['token']);
    await visitor('another token');
    expect(asked).toHaveLength(2);
  });

  it('is looked up again after that time', async () => {
    const { visitor, asked } = start({ verifiedMs: 20 });
    await visitor('token');
    await new Promise((resolve) => setTimeout(resolve, 60));
    await visitor('token');
    expect(asked).toHaveLength(2);
  });

  it('is refused as soon as the token has ended', async () => {
    const { visitor, clock, gate } = start();
    await visitor('token');
    clock.advance(LATER);
    gate.isOpen = false;
    await expect(visitor('token')).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('is refused as soon as the session is revoked', async () => {
    const { visitor, revocations, principal, gate } = start();
    await visitor('token');
    gate.isOpen = false;
    revocations.revoke(principal.sessionId);
    await expect(visitor('token')).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('is not remembered when sessions were revoked while the token was looked at', async () => {
    const { visitor, revocations, principal, gate } = start();
    gate.whenAsked = async () => revocations.revoke(principal.sessionId);
    await visitor('token');
    gate.isOpen = false;
    await expect(visitor('token')).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

it('remembers no refusal, neither of a token nor of a page', async () => {
  const { visitor, checkVisitorOrigin, gate } = start();
  gate.isOpen = false;
  await expect(visitor('token')).rejects.toThrow('The session has ended');
  await expect(checkVisitorOrigin('ws_1', 'https://shop.example')).rejects.toThrow('Not here');
  gate.isOpen = true;
  await visitor('token');
  await checkVisitorOrigin('ws_1', 'https://shop.example');
  gate.isOpen = false;
  await checkVisitorOrigin('ws_1', 'https://shop.example');
  await expect(checkVisitorOrigin('ws_2', 'https://shop.example')).rejects.toThrow('Not here');
});

it('looks every agent up who comes in, and for commands only now and then', async () => {
  const { agent, knownAgent, revocations, principal, gate, asked } = start();
  await agent('token');
  await agent('token');
  await knownAgent('token');
  await knownAgent('token');
  expect(asked).toHaveLength(3);
  gate.isOpen = false;
  await expect(agent('token')).rejects.toMatchObject({ code: 'unauthenticated' });
  revocations.revoke(principal.sessionId);
  await expect(knownAgent('token')).rejects.toMatchObject({ code: 'unauthenticated' });
});

it('never remembers more than it may', async () => {
  const { visitor, asked } = start({ cachedTokens: 10 });
  for (let count = 0; count < 100; count++) await visitor(`token ${count}`);
  for (let count = 0; count < 100; count++) await visitor(`token ${count}`);
  expect(asked.length).toBeGreaterThanOrEqual(190);
});
