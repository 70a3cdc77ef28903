import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { addressBlock, createClientAddress } from './client-address.ts';

const request = (remoteAddress: string, forwarded?: string) =>
  ({
    socket: { remoteAddress },
    connection: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('the address of a client', () => {
  test.each<[string, number | string[], IncomingMessage, string]>([
    [
      'is the connection, whatever a header says',
      0,
      request('203.0.113.9', '1.2.3.4'),
      '203.0.113.9',
    ],
    ['is what one proxy saw', 1, request('10.0.0.1', '203.0.113.9'), '203.0.113.9'],
    [
      'is not what the client told that proxy',
      1,
      request('10.0.0.1', '1.2.3.4, 203.0.113.9'),
      '203.0.113.9',
    ],
    [
      'is two hops back behind two',
      2,
      request('10.0.0.1', '1.2.3.4, 203.0.113.9, 10.0.0.2'),
      '203.0.113.9',
    ],
    [
      'is found behind known proxies',
      ['10.0.0.0/8'],
      request('10.0.0.1', '1.2.3.4, 203.0.113.9'),
      '203.0.113.9',
    ],
    [
      'is the connection when that is no known proxy',
      ['10.0.0.0/8'],
      request('203.0.113.9', '1.2.3.4'),
      '203.0.113.9',
    ],
  ])('%s', (_sentence, trustProxy, incoming, address) => {
    expect(createClientAddress(trustProxy)(incoming)).toBe(address);
  });

  test('is the proxy itself when that one writes nonsense', () => {
    const clientAddress = createClientAddress(['10.0.0.0/8']);
    expect(clientAddress(request('10.0.0.1', 'unknown, 10.0.0.2'))).toBeTypeOf('string');
  });
});

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
  ['', 'unknown'],
  ['not an address', 'unknown'],
])('limits count %s as %s', (address, block) => {
  expect(addressBlock(address)).toBe(block);
});
