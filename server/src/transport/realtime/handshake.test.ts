import { PROTOCOL_VERSION } from '@alcove/protocol';
import { goldenHandshakes, refusedFrames } from '@alcove/protocol/fixtures';
import { expect, it } from 'vitest';
import { parseHandshake } from './handshake.ts';

it('tells a client that is too old to upgrade, whatever shape the rest has', () => {
  expect(() => parseHandshake({ protocol: 1, token: 7 }, 2)).toThrow(
    expect.objectContaining({ code: 'upgrade_required', message: expect.stringMatching(/reload/) }),
  );
});

it('welcomes a newer client', () => {
  const newer = { protocol: PROTOCOL_VERSION + 1, accessToken: 'token', novelty: true };
  expect(parseHandshake(newer)).toEqual({ protocol: PROTOCOL_VERSION + 1, accessToken: 'token' });
});

it('lets nobody in who does not say which protocol they speak', () => {
  for (const auth of [undefined, null, {}, { protocol: '1' }, { protocol: 0 }, []]) {
    expect(() => parseHandshake(auth)).toThrow(expect.objectContaining({ code: 'invalid' }));
  }
});

it.each(goldenHandshakes)('accepts the golden handshake “$name”', ({ frame }) => {
  expect(parseHandshake(frame.auth)).toEqual(frame.auth);
});

it.each(refusedFrames.filter(({ frame }) => frame.door === 'handshake'))(
  'refuses in these words: $name',
  ({ frame, code, reason }) => {
    expect(() => parseHandshake(frame.input)).toThrow(
      expect.objectContaining({ code, message: reason }),
    );
  },
);
