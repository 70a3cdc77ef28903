import { describe, expect, it } from 'vitest';
import {
  aboutDropped,
  acceptDrafts,
  type Draft,
  draftChanged,
  draftReturned,
  draftSent,
  draftsReducer,
  editBegun,
  editReturned,
  replyBegun,
} from './drafts.ts';

type Step = Parameters<typeof draftsReducer>[1];

const id = { conversationId: 'cv_1' };

describe('drafts', () => {
  it('keep what was being written aside while a message is edited', () => {
    const steps = [
      draftChanged({ ...id, text: 'Half a sen' }),
      editBegun({ ...id, seq: 4, text: 'It is.' }),
      draftChanged({ ...id, text: 'It is not.' }),
    ];
    expect(after(steps)).toEqual({
      text: 'Half a sen',
      editing: { seq: 4, text: 'It is not.' },
    });
    expect(after([...steps, aboutDropped(id)])).toEqual({ text: 'Half a sen' });
  });

  it('go back from an edit to the reply that was begun before it', () => {
    const steps = [replyBegun({ ...id, seq: 2 }), editBegun({ ...id, seq: 4, text: 'It is.' })];
    expect(after([...steps, aboutDropped(id)])).toEqual({ text: '', replyTo: 2 });
    expect(after([...steps, aboutDropped(id), aboutDropped(id)])).toBeUndefined();
  });

  it('keep their words when the reply is dropped', () => {
    const steps = [draftChanged({ ...id, text: 'Yes' }), replyBegun({ ...id, seq: 2 })];
    expect(after([...steps, aboutDropped(id)])).toEqual({ text: 'Yes' });
    expect(after([...steps, draftSent(id)])).toBeUndefined();
  });

  it('give back what was refused, unless something new stands there', () => {
    const draft = { text: 'Yes', replyTo: 2 };
    expect(after([draftReturned({ ...id, draft })])).toEqual(draft);
    const wrote = draftChanged({ ...id, text: 'Next' });
    expect(after([wrote, draftReturned({ ...id, draft })])).toEqual({ text: 'Next' });
    const refused = editReturned({ ...id, seq: 4, text: 'Refused' });
    expect(after([wrote, refused])).toEqual({
      text: 'Next',
      editing: { seq: 4, text: 'Refused' },
    });
    const other = editBegun({ ...id, seq: 6, text: 'Other' });
    expect(after([other, refused])?.editing).toEqual({ seq: 6, text: 'Other' });
  });

  it('are taken from storage as far as they are drafts', () => {
    const kept = {
      cv_1: { text: 'Yes', replyTo: 2, editing: { seq: 4, text: 'It is.' } },
      cv_2: { text: 'Yes', replyTo: 'x', editing: { seq: 4 } },
      cv_3: 'Yes',
      cv_4: { text: 1 },
      cv_5: null,
    };
    expect(acceptDrafts(kept)).toEqual({ cv_1: kept.cv_1, cv_2: { text: 'Yes' } });
    expect(acceptDrafts('no')).toBeUndefined();
  });
});

function after(steps: readonly Step[]): Draft | undefined {
  return steps.reduce(draftsReducer, {})['cv_1'];
}
