import type { Agent, AgentRole } from '@alcove/protocol';
import { describe, expect, it } from 'vitest';
import { grantableRoles, mayChange } from './roles.ts';

describe('who may change whom', () => {
  it.each<[AgentRole, AgentRole, boolean]>([
    ['owner', 'owner', true],
    ['owner', 'agent', true],
    ['admin', 'owner', false],
    ['admin', 'admin', true],
    ['agent', 'agent', false],
  ])('an %s may change an %s: %s', (self, other, isAllowed) => {
    expect(mayChange(agent('1', self), agent('2', other))).toBe(isAllowed);
  });

  it('nobody changes themselves', () => {
    expect(mayChange(agent('1', 'owner'), agent('1', 'owner'))).toBe(false);
  });

  it('nobody gives more than they have', () => {
    expect(grantableRoles(agent('1', 'admin'))).not.toContain('owner');
    expect(grantableRoles(agent('1', 'agent'))).toEqual([]);
  });
});

function agent(id: string, role: AgentRole): Agent {
  return { id, role, name: 'Cedar', email: 'cedar@shop.example', isDisabled: false };
}
