import { describe, expect, it } from 'vitest';
import { actsFor, lastEditable, type MessageItem } from './message-acts.ts';

describe('what can be done with a message', () => {
  it('is everything with a stored one of one’s own', () => {
    expect(actsFor(message({}))).toEqual(['reply', 'edit', 'copy', 'story', 'delete']);
  });

  it('leaves the messages of others to them, also those of a colleague', () => {
    expect(actsFor(message({ isMine: false }))).toEqual(['reply', 'copy', 'story']);
  });

  it('leaves one that is not stored, or on its way to be changed, as it is', () => {
    expect(actsFor(message({ seq: undefined, state: 'waiting' }))).toEqual(['copy', 'story']);
    expect(actsFor(message({ isSaving: true }))).toEqual(['reply', 'copy', 'story']);
  });

  it('is only its story once it is deleted', () => {
    expect(actsFor(message({ content: { kind: 'deleted' } }))).toEqual(['story']);
  });

  it('finds what the agent wrote last and can still edit', () => {
    const items = [
      message({ seq: 1 }),
      message({ seq: 2 }),
      message({ seq: 3, content: { kind: 'deleted' } }),
      message({ seq: 4, isMine: false }),
      message({ seq: undefined, state: 'sending' }),
    ];
    expect(lastEditable(items)?.seq).toBe(2);
    expect(lastEditable([message({ isMine: false })])).toBeUndefined();
  });
});

function message(changes: Partial<MessageItem>): MessageItem {
  return {
    kind: 'message',
    key: 'm1',
    seq: 1,
    actor: { kind: 'agent', id: 'ag_1' },
    isOwn: true,
    isMine: true,
    isEdited: false,
    isSaving: false,
    content: { kind: 'text', text: 'Hello' },
    at: '2026-03-01T00:00:00.000Z',
    state: 'sent',
    readAt: null,
    ...changes,
  };
}
