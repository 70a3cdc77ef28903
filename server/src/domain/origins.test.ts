import { describe, expect, test } from 'vitest';
import { DomainError } from './domain-error.ts';
import { createOrigins } from './origins.ts';

const origins = createOrigins({ publicUrl: () => new URL('https://chat.example.com') });
const local = createOrigins({ publicUrl: () => new URL('http://localhost:3000') });

const isRefused = (act: () => void) => {
  try {
    act();
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ code: 'origin_not_allowed' });
    return true;
  }
};

describe('a workspace that names no origins', () => {
  test.each([
    'https://chat.example.com',
    'http://localhost',
    'http://localhost:8080',
    'https://localhost:8443',
    'http://127.0.0.1:5500',
  ])('allows %s', (origin) => {
    expect(isRefused(() => origins.checkVisitor([], origin))).toBe(false);
  });

  test.each([
    'https://shop.example',
    'http://chat.example.com',
    'https://chat.example.com:8443',
    'https://localhost.example.com',
    'http://localhost.attacker.example',
    'http://127.0.0.1.attacker.example',
    'http://127.0.0.2',
  ])('refuses %s', (origin) => {
    expect(isRefused(() => origins.checkVisitor([], origin))).toBe(true);
  });
});

const ALLOWED = [
  'https://shop.example',
  'http://plain.example:8080',
  'https://*.brand.example',
  'https://*.ports.example:8443',
  'https://xn--mnchen-3ya.example',
];

describe('a workspace that names origins', () => {
  test.each([
    'https://shop.example',
    'http://plain.example:8080',
    'https://www.brand.example',
    'https://a.b.brand.example',
    'https://www.ports.example:8443',
    'https://xn--mnchen-3ya.example',
  ])('allows %s', (origin) => {
    expect(isRefused(() => origins.checkVisitor(ALLOWED, origin))).toBe(false);
  });

  test.each([
    ['another scheme', 'http://shop.example'],
    ['another port', 'https://shop.example:8443'],
    ['the usual port, spelled out', 'https://shop.example:443'],
    ['no port where one is named', 'http://plain.example'],
    ['a sub-domain that is not named', 'https://www.shop.example'],
    ['a suffix', 'https://shop.example.attacker.example'],
    ['a prefix', 'https://attackershop.example'],
    ['the bare domain of a wildcard', 'https://brand.example'],
    ['a wildcard without its dot', 'https://evilbrand.example'],
    ['a wildcard as a suffix', 'https://www.brand.example.attacker.example'],
    ['a wildcard of another scheme', 'http://www.brand.example'],
    ['a wildcard with a port', 'https://www.brand.example:8443'],
    ["a wildcard's port left out", 'https://www.ports.example'],
    ['the wildcard itself', 'https://*.brand.example'],
    ['upper case', 'https://SHOP.example'],
    ['a trailing dot', 'https://shop.example.'],
    ['a trailing slash', 'https://shop.example/'],
    ['a path', 'https://shop.example/page'],
    ['a name and password', 'https://shop.example@attacker.example'],
    ['a name before it', 'https://user@shop.example'],
    ['a query', 'https://shop.example?x'],
    ['a fragment', 'https://shop.example#x'],
    ['two of them', 'https://shop.example, https://attacker.example'],
    ['a space', 'https://shop.example '],
    ['no scheme', 'shop.example'],
    ['nothing', ''],
    ['null', 'null'],
    ['another kind of scheme', 'file://'],
    ['an extension', 'chrome-extension://abcdefghijklmnop'],
    ['data', 'data:text/html,x'],
    ['Unicode where the list has punycode', 'https://münchen.example'],
    ['localhost, which only an empty list allows', 'http://localhost:3000'],
    ["the server's own, which only an empty list allows", 'https://chat.example.com'],
    ['a number for a host', 'https://2130706433'],
    ['an IPv6 address', 'http://[::1]:3000'],
    ['a backslash', 'https://shop.example\\@attacker.example'],
    ['a line break', 'https://shop.example\nx'],
    ['10 KB', `https://${'a'.repeat(10_000)}.example`],
  ])('refuses %s', (_what, origin) => {
    expect(isRefused(() => origins.checkVisitor(ALLOWED, origin))).toBe(true);
  });

  test('refuses a page without an origin, and says how it comes', () => {
    for (const origin of [undefined, 'null']) {
      expect(() => origins.checkVisitor(ALLOWED, origin)).toThrow(
        /Open the page from a web server/,
      );
    }
  });

  test('tells the owner what to add', () => {
    expect(() => origins.checkVisitor(ALLOWED, 'https://new.example')).toThrow(
      "The chat is not allowed on https://new.example. The site's owner can allow it: console, Settings, Allowed origins, add https://new.example.",
    );
  });
});

describe('the console', () => {
  test('works at its own address only', () => {
    expect(isRefused(() => origins.checkAgent('https://chat.example.com'))).toBe(false);
    for (const origin of [
      undefined,
      'null',
      'http://chat.example.com',
      'https://chat.example.com:8443',
      'https://chat.example.com.attacker.example',
      'http://localhost:3000',
    ]) {
      expect(isRefused(() => origins.checkAgent(origin))).toBe(true);
    }
  });

  test('on the own machine is reached by both names of it, on the same port', () => {
    expect(isRefused(() => local.checkAgent('http://localhost:3000'))).toBe(false);
    expect(isRefused(() => local.checkAgent('http://127.0.0.1:3000'))).toBe(false);
    expect(isRefused(() => local.checkAgent('http://localhost:3001'))).toBe(true);
    expect(isRefused(() => local.checkAgent('http://192.168.1.5:3000'))).toBe(true);
  });

  test('names the setting that mends a wrong address', () => {
    expect(() => origins.checkAgent('https://other.example')).toThrow(/set PUBLIC_URL/);
  });
});
