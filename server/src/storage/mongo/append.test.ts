import { createId } from '@alcove/protocol';
import { Mongoose } from 'mongoose';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createAppend } from './append.ts';
import { defineModels } from './collections.ts';
import { createRows } from './rows.ts';
import { isUnavailable } from './store-error.ts';

it('that never ends does not stop its conversation', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const models = defineModels(new Mongoose().createConnection());
  const read = vi.fn<() => Promise<null>>(async () => null);
  read.mockImplementationOnce(() => new Promise(() => undefined));
  const rows = { ...createRows(models), read };
  const append = createAppend({ models, rows, databaseTime: () => new Date() });
  const conversationId = createId('cv');
  const appendNext = () =>
    append('ws_1', {
      conversationId,
      at: new Date().toISOString(),
      event: {
        type: 'message.created',
        clientEventId: createId('cl'),
        actor: { kind: 'visitor', id: 'vi_1' },
        via: 'widget',
        content: { kind: 'text', text: 'Hello' },
      },
    });

  const stuck = appendNext().catch((error: unknown) => error);
  const behind = appendNext().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(isUnavailable(await stuck)).toBe(true);
  // Whoever asked for it was told long ago that nobody knows.
  expect(await behind).toMatchObject({ cause: { message: 'those before it took too long' } });
  expect(await appendNext()).toEqual({ outcome: 'not_found' });
});
