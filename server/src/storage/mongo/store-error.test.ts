import { mongo } from 'mongoose';
import { describe, expect, it } from 'vitest';
import { isTaken, isUnavailable } from './store-error.ts';

const ofServer = (code: number) => new mongo.MongoServerError({ ok: 0, code, errmsg: 'no' });
const named = (name: string) => Object.assign(new Error('gone'), { name });

describe('a store is out of reach', () => {
  it.each([
    6, 7, 13, 18, 24, 50, 64, 79, 89, 91, 100, 112, 134, 189, 262, 9001, 10_107, 11_600, 11_601,
    11_602, 13_435, 13_436, 14_031,
  ])('when the server answers with code %i', (code) => {
    expect(isUnavailable(ofServer(code))).toBe(true);
  });

  it.each([
    new mongo.MongoNetworkError('reset'),
    new mongo.MongoNetworkTimeoutError('late'),
    new mongo.MongoNotConnectedError('closed'),
    new mongo.MongoClientClosedError(),
    new mongo.MongoTopologyClosedError('closed'),
    new mongo.MongoExpiredSessionError('old'),
    new mongo.MongoOperationTimeoutError('late'),
    named('MongoPoolClearedError'),
    named('MongoPoolClosedError'),
    named('MongoServerClosedError'),
    named('MongoWaitQueueTimeoutError'),
    Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }),
  ])('when the driver throws %s', (error) => {
    expect(isUnavailable(error)).toBe(true);
  });

  it('and a mistake in what was asked is something else', () => {
    for (const error of [ofServer(2), ofServer(11_000), new TypeError('no'), 'no']) {
      expect(isUnavailable(error)).toBe(false);
    }
  });
});

it('a taken key is known by its code', () => {
  expect(isTaken(ofServer(11_000))).toBe(true);
  expect(isTaken(ofServer(64))).toBe(false);
});
