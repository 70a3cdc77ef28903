import type { Actor } from '@alcove/protocol';
import type { TimelineItem } from '@alcove/sdk/agent';
import { describe, expect, it } from 'vitest';
import type { MessageItem } from './message-acts.ts';
import { firstUnread, isEmojiOnly, type TimelineRow, timelineRows } from './timeline-rows.ts';

const VISITOR: Actor = { kind: 'visitor', id: 'vi_1' };
const AGENT: Actor = { kind: 'agent', id: 'ag_1', name: 'Cedar' };

describe('timelineRows', () => {
  it('groups what one person says within five minutes, and shows the face at the end of it', () => {
    const rows = timelineRows(
      [said(VISITOR, 1, '10:00'), said(VISITOR, 2, '10:04'), said(AGENT, 3, '10:04')],
      null,
    );
    expect(messages(rows)).toMatchObject([
      { isFirstOfGroup: true, isLastOfGroup: false },
      { isFirstOfGroup: false, isLastOfGroup: true },
      { isFirstOfGroup: true, isLastOfGroup: true },
    ]);
  });

  it('starts a group after five minutes, after an event, and after a message that failed', () => {
    const failed = { ...said(AGENT, 3, '10:06'), state: 'failed' as const };
    const rows = timelineRows(
      [
        said(VISITOR, 1, '10:00'),
        said(VISITOR, 2, '10:05'),
        resolved(3, '10:05'),
        failed,
        said(AGENT, 4, '10:06'),
      ],
      null,
    );
    expect(messages(rows).map((row) => row.isFirstOfGroup)).toEqual([true, true, true, true]);
  });

  it('marks each day once, also when an unsent message carries a clock that is behind', () => {
    const rows = timelineRows(
      [
        said(VISITOR, 1, '10:00', '2026-03-01'),
        said(VISITOR, 2, '10:00', '2026-03-02'),
        { ...said(AGENT, 3, '10:00', '2026-02-27'), seq: undefined },
      ],
      null,
    );
    expect(rows.filter((row) => row.kind === 'day').map((row) => row.key)).toEqual([
      'day:2026-3-1',
      'day:2026-3-2',
    ]);
  });

  it('puts "New" before the first new message', () => {
    const rows = timelineRows([said(VISITOR, 1, '10:00'), said(VISITOR, 2, '10:01')], 2);
    expect(rows.map((row) => row.kind)).toEqual(['day', 'message', 'new', 'message']);
  });

  it('tells the state under the last message of the own side, and under each that failed', () => {
    const rows = timelineRows(
      [
        said(AGENT, 1, '10:00'),
        { ...said(AGENT, 2, '10:01'), state: 'failed' },
        said(AGENT, 3, '10:02'),
        said(VISITOR, 4, '10:03'),
      ],
      null,
    );
    expect(messages(rows).map((row) => row.showsState)).toEqual([false, true, true, false]);
  });
});

describe('firstUnread', () => {
  it('is the visitor’s first message above the read cursor', () => {
    expect(firstUnread([said(VISITOR, 1, '10:00'), said(VISITOR, 2, '10:01')], 1)).toBe(2);
  });

  it('is nothing once a colleague has answered', () => {
    expect(firstUnread([said(VISITOR, 1, '10:00'), said(AGENT, 2, '10:01')], 0)).toBeNull();
  });
});

describe('isEmojiOnly', () => {
  it.each(['👍', '🎉 👍', '👨‍👩‍👧‍👦❤️🇳🇴', '👍🏽'])('%s is drawn large', (text) => {
    expect(isEmojiOnly(text)).toBe(true);
  });

  it.each(['', '👍👍👍👍', 'ok 👍', '12', '#', '©a'])('"%s" is drawn as text', (text) => {
    expect(isEmojiOnly(text)).toBe(false);
  });
});

function messages(rows: readonly TimelineRow[]) {
  return rows.filter((row) => row.kind === 'message');
}

function said(actor: Actor, seq: number, time: string, day = '2026-03-01'): MessageItem {
  return {
    kind: 'message',
    key: `m${seq}`,
    seq,
    actor,
    isOwn: actor.kind === 'agent',
    isMine: false,
    isEdited: false,
    isSaving: false,
    content: { kind: 'text', text: 'Hello' },
    at: new Date(`${day}T${time}:00`).toISOString(),
    state: 'sent',
    readAt: null,
  };
}

function resolved(seq: number, time: string): TimelineItem {
  const at = new Date(`2026-03-01T${time}:00`).toISOString();
  return { kind: 'status', key: `e${seq}`, seq, actor: AGENT, at, status: 'resolved' };
}
