import type { TimelineItem } from '@alcove/sdk';
import { describe, expect, it } from 'vitest';
import { firstUnread } from './first-unread.ts';
import { toRows } from './timeline-rows.ts';

const agent = { kind: 'agent', id: 'ag_1', name: 'Support' } as const;
const colleague = { kind: 'agent', id: 'ag_2', name: 'Shopper' } as const;
const visitor = { kind: 'visitor', id: 'vi_1' } as const;

function message(
  seq: number,
  actor: typeof agent | typeof colleague | typeof visitor,
  at: string,
): TimelineItem {
  return {
    kind: 'message',
    key: `m${seq}`,
    seq,
    actor,
    isOwn: actor.kind === 'visitor',
    isMine: actor.kind === 'visitor',
    isEdited: false,
    isSaving: false,
    content: { kind: 'text', text: `message ${seq}` },
    at: new Date(`2026-03-04T${at}`).toISOString(),
    state: 'sent',
    readAt: null,
  };
}

/** Rows as one word each: `m1(first)`, `m2(last)`, `day`. */
function shape(items: TimelineItem[], newKey?: string): string[] {
  return toRows(items, newKey).map((row) => {
    if (row.kind !== 'message') return row.kind;
    const place = [row.isFirst && 'first', row.isLast && 'last'].filter(Boolean).join(' ');
    return `${row.key}(${place})`;
  });
}

describe('rows of a timeline', () => {
  it('begin with their day', () => {
    expect(shape([message(1, agent, '10:00')])).toEqual(['day', 'm1(first last)']);
    expect(shape([])).toEqual([]);
  });

  it('group what one person wrote within five minutes', () => {
    const items = [
      message(1, agent, '10:00:00'),
      message(2, agent, '10:04:59'),
      message(3, agent, '10:09:59'),
    ];
    expect(shape(items)).toEqual(['day', 'm1(first)', 'm2(last)', 'm3(first last)']);
  });

  it('keep two agents apart, though they are one side', () => {
    const items = [message(1, agent, '10:00'), message(2, colleague, '10:00')];
    expect(shape(items)).toEqual(['day', 'm1(first last)', 'm2(first last)']);
  });

  it('break a group at midnight', () => {
    const late = message(1, agent, '23:59');
    const early = { ...message(2, agent, '00:01'), at: new Date('2026-03-05T00:01').toISOString() };
    expect(shape([late, early])).toEqual(['day', 'm1(first last)', 'day', 'm2(first last)']);
  });

  it('put the "New" mark above the line it belongs to, and break the group there', () => {
    const items = [message(1, agent, '10:00'), message(2, agent, '10:01')];
    expect(shape(items, 'm2')).toEqual(['day', 'm1(first last)', 'new', 'm2(first last)']);
    expect(shape(items, '')).not.toContain('new');
  });

  it('show a change of status and leave assignments to agents', () => {
    const at = new Date('2026-03-04T10:01').toISOString();
    const items: TimelineItem[] = [
      message(1, agent, '10:00'),
      { kind: 'assignment', key: 'a', seq: 2, actor: agent, at, assignee: null },
      { kind: 'status', key: 's', seq: 3, actor: agent, at, status: 'resolved' },
      message(4, agent, '10:02'),
    ];
    expect(shape(items)).toEqual(['day', 'm1(first last)', 'status', 'm4(first last)']);
  });
});

describe('the first unread line', () => {
  it("is the first message of the other side above the visitor's read cursor", () => {
    const items = [
      message(1, visitor, '10:00'),
      message(2, agent, '10:01'),
      message(3, visitor, '10:02'),
      message(4, agent, '10:03'),
    ];
    const readUpTo = (read: number) =>
      firstUnread(items, [
        { participant: visitor, delivered: read, deliveredAt: null, read, readAt: null },
      ]);
    expect(readUpTo(0)).toBe('m2');
    expect(readUpTo(2)).toBe('m4');
    expect(readUpTo(4)).toBe('');
    expect(firstUnread(items, [])).toBe('m2');
  });
});
