import { describe, expect, it } from 'vitest';
import { eventText } from './SystemLine.tsx';

const CEDAR = { kind: 'agent', id: 'ag_1', name: 'Counter' } as const;
const at = '2026-03-01T10:00:00.000Z';
const nameOf = (id: string) => (id === 'ag_2' ? 'Helpdesk' : 'A former agent');

describe('eventText', () => {
  it('says who resolved and reopened, to others and to oneself', () => {
    const resolved = {
      kind: 'status',
      key: 'e',
      seq: 2,
      actor: CEDAR,
      at,
      status: 'resolved',
    } as const;
    expect(eventText(resolved, 'ag_2', 'Counter', nameOf)).toBe('Counter resolved this');
    expect(eventText(resolved, 'ag_1', 'Counter', nameOf)).toBe('You resolved this');
    expect(eventText({ ...resolved, status: 'open' }, 'ag_2', 'Counter', nameOf)).toBe(
      'Counter reopened this',
    );
  });

  it.each([
    [{ agentId: 'ag_1' }, 'ag_9', 'Counter took this conversation'],
    [{ agentId: 'ag_1' }, 'ag_1', 'You took this conversation'],
    [{ agentId: 'ag_2' }, 'ag_9', 'Counter assigned this to Helpdesk'],
    [{ agentId: 'ag_2' }, 'ag_2', 'Counter assigned this to you'],
    [{ agentId: 'ag_2' }, 'ag_1', 'You assigned this to Helpdesk'],
    [null, 'ag_9', 'Counter unassigned this'],
    [null, 'ag_1', 'You unassigned this'],
  ])('tells an assignment to %o as %s sees it', (assignee, selfId, text) => {
    const item = { kind: 'assignment', key: 'e', seq: 2, actor: CEDAR, at, assignee } as const;
    expect(eventText(item, selfId, 'Counter', nameOf)).toBe(text);
  });
});
