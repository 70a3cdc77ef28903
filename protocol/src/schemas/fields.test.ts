import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WIRE_LIMITS } from '../limits.ts';
import { allowedOriginsSchema } from './entities.ts';
import {
  asideLocaleSchema,
  asidePageSchema,
  clientIdSchema,
  colourSchema,
  emailSchema,
  idSchema,
  nameSchema,
  newPasswordSchema,
  normaliseEmail,
  originSchema,
  pageSchema,
  passwordSchema,
  textSchema,
  wholeNumber,
} from './fields.ts';
import { parseInput } from './parse.ts';

const utf8Length = (text: string) => new TextEncoder().encode(text).length;
const anyText = fc.string({ unit: 'binary' });

describe('a text', () => {
  it.each([
    ['Persian with a zero-width non-joiner', 'می‌خواهم'],
    ['an emoji of several joined ones', '👩🏽‍🚀 👨‍👩‍👧‍👦'],
    ['Hindi with a joiner', 'क्‍ष'],
    ['direction marks', 'a\u200fb \u202eabc\u202c'],
    ['spaces and lines around it', '  \n hello \n'],
    ['a single full stop', '.'],
    ['a flag', '🇳🇴'],
  ])('is taken exactly as it is: %s', (_what, text) => {
    expect(textSchema.parse(text)).toBe(text);
  });

  it.each([
    '',
    ' ',
    '\n\t',
    '\u00a0\u3000',
    '\u200b',
    '\u200d\u200c',
    '\ufeff',
    '\u0000',
    '\u2062',
    '\u3164',
  ])('is blank when nothing of it would be seen: %j', (text) => {
    expect(parseInput(textSchema, text)).toMatchObject({ ok: false, code: 'invalid' });
  });

  it.each(['a', 'é', '€', '😀'])('is measured in bytes of UTF-8: %s', (letter) => {
    const fits = letter.repeat(Math.floor(WIRE_LIMITS.textBytes / utf8Length(letter)));
    expect(textSchema.parse(fits)).toBe(fits);
    expect(parseInput(textSchema, fits + letter)).toMatchObject({ ok: false, code: 'too_large' });
  });

  it.each(['\ud83d', 'a\udc00b', '\udc00\ud83d'])(
    'is refused with half a character: %j',
    (text) => {
      expect(parseInput(textSchema, text)).toMatchObject({ ok: false, code: 'invalid' });
    },
  );

  it('is never changed, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseInput(textSchema, text);
        expect(parsed.ok ? parsed.value : text).toBe(text);
      }),
    );
  });
});

describe('a name', () => {
  it.each([
    ['  Support   Lovelace ', 'Support Lovelace'],
    ['two\nlines\tand a tab', 'two lines and a tab'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['\u2066isolated\u2069', 'isolated'],
    ['bell\u0007', 'bell'],
    ['two \u0007 words', 'two words'],
    ['علی‌رضا', 'علی‌رضا'],
    ['🧑‍🚀 Shopper', '🧑‍🚀 Shopper'],
  ])('%j becomes %j', (given, kept) => {
    expect(nameSchema.parse(given)).toBe(kept);
  });

  it('comes out on one line, without spaces around it, and the same when it goes in again', () => {
    fc.assert(
      fc.property(anyText, (given) => {
        const parsed = parseInput(nameSchema, given);
        if (!parsed.ok) return;
        expect(parsed.value).not.toMatch(/[\p{Control}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u);
        expect(parsed.value).toBe(parsed.value.trim());
        expect(nameSchema.parse(parsed.value)).toBe(parsed.value);
      }),
    );
  });

  it('is measured after it was tidied', () => {
    const name = 'a'.repeat(WIRE_LIMITS.nameLength);
    expect(nameSchema.parse(`   ${name}\n`)).toBe(name);
    expect(nameSchema.safeParse(`${name}a`).success).toBe(false);
  });
});

describe('an e-mail address', () => {
  it.each([
    [' Name@Example.COM ', 'name@example.com'],
    ['first.last+tag@mail.example', 'first.last+tag@mail.example'],
    ['jörg@bücher.example', 'jörg@bücher.example'],
    ['jo\u0308rg@example.com', 'jörg@example.com'],
    ['root@localhost', 'root@localhost'],
    ["o'neil@example.com", "o'neil@example.com"],
  ])('%j becomes %j', (given, kept) => {
    expect(emailSchema.parse(given)).toBe(kept);
    expect(normaliseEmail(given)).toBe(kept);
  });

  it.each([
    '',
    'name',
    '@example.com',
    'name@',
    'a@b@c.example',
    'a b@example.com',
    '"quoted"@example.com',
    'name@example.com\nBcc: other@example.com',
    'a@example.com,b@example.com',
    '<a@example.com>',
    'a\u0000@example.com',
    'a\u202e@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(250)}.example`,
  ])('%j is none', (given) => {
    expect(emailSchema.safeParse(given).success).toBe(false);
  });
});

describe('an id', () => {
  it.each(['cv_0123456789abcdefghjkmnpq', 'team', 'cv_1:0000000001', 'a', 'a'.repeat(64)])(
    '%s passes',
    (id) => {
      expect(idSchema.parse(id)).toBe(id);
    },
  );

  it.each([
    '',
    '_a',
    '__proto__',
    'A',
    'a b',
    'a/b',
    'a.b',
    'é',
    'a\n',
    'a'.repeat(65),
    5,
    null,
    ['a'],
  ])('%j does not', (id) => {
    expect(idSchema.safeParse(id).success).toBe(false);
  });

  it('of a client may also have upper case and dots', () => {
    expect(clientIdSchema.parse('V1StGXR8_Z5jdHi6B-myT.1')).toBe('V1StGXR8_Z5jdHi6B-myT.1');
    expect(clientIdSchema.safeParse('__proto__').success).toBe(false);
    expect(clientIdSchema.safeParse('a b').success).toBe(false);
    expect(clientIdSchema.safeParse('a'.repeat(65)).success).toBe(false);
  });
});

describe('a page', () => {
  const urlOf = (url: string) => pageSchema.parse({ url, title: '' }).url;

  it('keeps the address as browsers write it', () => {
    expect(urlOf('HTTPS://Shop.Example:443/lampe grün?q=1#top')).toBe(
      'https://shop.example/lampe%20gr%C3%BCn?q=1#top',
    );
  });

  it('forgets a name and password in the address', () => {
    expect(urlOf('https://name:password@shop.example/')).toBe('https://shop.example/');
  });

  it.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,hi',
    'file:///etc/passwd',
    'blob:https://shop.example/1',
    'about:blank',
    '/lamps',
    '',
  ])('is refused at %j', (url) => {
    expect(pageSchema.safeParse({ url, title: '' }).success).toBe(false);
  });

  it('cuts what is long, without half a character at the end', () => {
    const page = pageSchema.parse({
      url: `https://shop.example/${'a'.repeat(5000)}`,
      title: `a${'😀'.repeat(500)}`,
    });
    expect(page.url).toHaveLength(WIRE_LIMITS.urlLength);
    expect(page.title).toBe(`a${'😀'.repeat(149)}`);
  });

  it('has a title on one line', () => {
    expect(pageSchema.parse({ url: 'https://shop.example', title: ' a\n b\u202e ' }).title).toBe(
      'a b',
    );
  });

  it('says nothing, instead of keeping a visitor out, when it comes with something else', () => {
    expect(asidePageSchema.parse({ url: 'file:///a', title: '' })).toBeUndefined();
    expect(asidePageSchema.parse('nonsense')).toBeUndefined();
    expect(asidePageSchema.parse({ url: 'https://shop.example/', title: 'a' })).toEqual({
      url: 'https://shop.example/',
      title: 'a',
    });
  });
});

describe('an allowed origin', () => {
  it.each([
    ['https://shop.example', 'https://shop.example'],
    [' HTTPS://Shop.Example/ ', 'https://shop.example'],
    ['https://shop.example:443', 'https://shop.example'],
    ['https://shop.example:8443', 'https://shop.example:8443'],
    ['http://shop.example', 'http://shop.example'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['https://*.shop.example', 'https://*.shop.example'],
    ['https://*.Shop.example:8443/', 'https://*.shop.example:8443'],
    ['http://*.localhost:3000', 'http://*.localhost:3000'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://*.bücher.example', 'https://*.xn--bcher-kva.example'],
  ])('%j is kept as browsers send it: %j', (given, kept) => {
    expect(originSchema.parse(given)).toBe(kept);
    expect(originSchema.parse(kept)).toBe(kept);
  });

  it.each([
    '',
    '*',
    'null',
    'shop.example',
    '//shop.example',
    'https://',
    'https://*',
    'https://*.',
    'https://*.example',
    'https://*.com',
    'https://*shop.example',
    'https://a.*.shop.example',
    'https://*.*.shop.example',
    'https://*.127.0.0.1',
    'https://*.[::1]',
    'https://shop.example/lamps',
    'https://shop.example?x',
    'https://shop.example#x',
    'https://name@shop.example',
    'https://shop.example:99999',
    'https://shop .example',
    'https://shop.example\\evil.example',
    'ws://shop.example',
    'chrome-extension://abcdef',
    'javascript:alert(1)',
  ])('%j is none', (given) => {
    expect(originSchema.safeParse(given).success).toBe(false);
  });
});

describe('a list of allowed origins', () => {
  it('names each origin once, however often and in whatever way it was written', () => {
    const given = ['https://shop.example/', 'HTTPS://shop.example', 'https://shop.example:443'];
    expect(allowedOriginsSchema.parse(given)).toEqual(['https://shop.example']);
  });

  it('may be empty, and has an end', () => {
    const origins = (count: number) =>
      Array.from({ length: count }, (_, index) => `https://shop-${index}.example`);
    expect(allowedOriginsSchema.parse([])).toEqual([]);
    expect(allowedOriginsSchema.parse(origins(WIRE_LIMITS.allowedOrigins))).toHaveLength(100);
    expect(allowedOriginsSchema.safeParse(origins(101)).success).toBe(false);
  });
});

describe('a colour', () => {
  it('is kept in lower case', () => {
    expect(colourSchema.parse('#0B6B62')).toBe('#0b6b62');
  });

  it.each(['0b6b62', '#fff', '#0b6b6g', 'red', '#0b6b62;', 5])('is not %j', (given) => {
    expect(colourSchema.safeParse(given).success).toBe(false);
  });
});

describe('a password', () => {
  it('is the same from every keyboard', () => {
    expect(passwordSchema.parse('cafe\u0301 au lait')).toBe('caf\u00e9 au lait');
    expect(newPasswordSchema.parse('cafe\u0301 au lait')).toBe('caf\u00e9 au lait');
  });

  it('may be short to sign in, and not when it is chosen', () => {
    expect(passwordSchema.parse('short')).toBe('short');
    expect(newPasswordSchema.safeParse('123456789').success).toBe(false);
    expect(newPasswordSchema.parse('1234567890')).toBe('1234567890');
    expect(newPasswordSchema.safeParse('a'.repeat(201)).success).toBe(false);
  });

  it('keeps its spaces', () => {
    expect(newPasswordSchema.parse('  ten or more ')).toBe('  ten or more ');
  });
});

describe('a locale', () => {
  it.each(['en', 'de-CH', 'zh-Hant-TW', 'fa'])('%s passes', (tag) => {
    expect(asideLocaleSchema.parse(tag)).toBe(tag);
  });

  it.each(['', 'en_US@posix', 'C', 'x'.repeat(100), 5, null])('%j says nothing', (tag) => {
    expect(asideLocaleSchema.parse(tag)).toBeUndefined();
  });
});

describe('a whole number', () => {
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null, undefined, true])(
    'is not %j',
    (given) => {
      expect(wholeNumber().safeParse(given).success).toBe(false);
    },
  );

  it('is anything from 0 to what numbers can hold', () => {
    expect(wholeNumber().parse(0)).toBe(0);
    expect(wholeNumber().parse(Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
  });
});
