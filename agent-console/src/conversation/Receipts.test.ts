import type { Actor, Receipt } from '@alcove/protocol';
import { describe, expect, it } from 'vitest';
import { readersOf } from './Receipts.tsx';

const VISITOR: Actor = { kind: 'visitor', id: 'vi_1' };
const AGENT: Actor = { kind: 'agent', id: 'ag_1' };
const COLLEAGUE: Actor = { kind: 'agent', id: 'ag_2' };

describe('who received a message', () => {
  it('begins with the other side, for whom it was', () => {
    const readers = readersOf([receipt(COLLEAGUE), receipt(VISITOR)], { actor: AGENT });
    expect(readers.map(({ participant }) => participant.id)).toEqual(['vi_1', 'ag_2']);
  });

  it('names the other side also when nothing has reached it yet', () => {
    expect(readersOf([], { actor: VISITOR })).toEqual([
      { participant: { kind: 'agent', id: 'team' }, deliveredAt: null, readAt: null },
    ]);
    const [first] = readersOf([receipt(COLLEAGUE)], { actor: AGENT });
    expect(first?.participant.kind).toBe('visitor');
  });
});

function receipt(participant: Actor): Receipt {
  return { participant, deliveredAt: '2026-03-01T00:00:00.000Z', readAt: null };
}
