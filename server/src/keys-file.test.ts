import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generateKey, parseKeyRing } from './domain/keys.ts';
import { exportKeys, importKeys, openKeys } from './keys-file.ts';

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'alcove-keys-')), 'keys');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

const secret = (byte: (index: number) => number) =>
  Buffer.from(Array.from({ length: 32 }, (_none, index) => byte(index))).toString('base64url');
const random = () => generateKey().secret;

describe('keys on the disk', () => {
  test('are made on the first start, one file for each purpose, for the owner only', () => {
    openKeys(directory);
    expect(readdirSync(directory).toSorted()).toEqual([
      'agent-access.json',
      'refresh.json',
      'visitor-access.json',
    ]);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(directory)) {
      expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
    }
  });

  test('stay the same over restarts, and differ from one another', () => {
    const [first, second] = [openKeys(directory), openKeys(directory)];
    const exported = (keys: typeof first) =>
      Object.values(keys).map(({ current }) => current.secret.export().toString('hex'));
    expect(exported(second)).toEqual(exported(first));
    expect(new Set(exported(first)).size).toBe(3);
  });

  test('that others may read are refused, with the command that mends it', () => {
    openKeys(directory);
    const file = join(directory, 'refresh.json');
    chmodSync(file, 0o644);
    expect(() => openKeys(directory)).toThrow(`chmod 600 ${file}`);
  });

  test('that are damaged are refused without being shown', () => {
    openKeys(directory);
    const file = join(directory, 'refresh.json');
    const content = readFileSync(file, 'utf8');
    writeFileSync(file, content.slice(0, -8));
    expect(() => openKeys(directory)).toThrow(/refresh\.json is not JSON\. Restore it/);
  });
});

describe('keys that go to another machine', () => {
  const elsewhere = () => join(directory, '..', 'elsewhere', 'keys');

  test('are one line, and the same there; to bring them twice changes nothing', () => {
    const line = exportKeys(directory);
    expect(line).not.toContain('\n');
    importKeys(elsewhere(), `${line}\n`);
    importKeys(elsewhere(), line);
    expect(exportKeys(elsewhere())).toBe(line);
    expect(openKeys(elsewhere())).toBeTruthy();
  });

  test('replace no others', () => {
    const own = exportKeys(elsewhere());
    rmSync(join(elsewhere(), 'agent-access.json'));
    expect(() => importKeys(elsewhere(), exportKeys(directory))).toThrow(/Move .* away first/);
    expect(readdirSync(elsewhere())).toHaveLength(2);
    importKeys(elsewhere(), own);
    expect(exportKeys(elsewhere())).toBe(own);
  });

  test.each(['', 'nonsense', '{}', '{"refresh":[{"kid":"a","secret":"changeme"}]}'])(
    'are not "%s"',
    (text) => {
      expect(() => importKeys(elsewhere(), text)).toThrow(/alcove keys export/);
      expect(existsSync(elsewhere())).toBe(false);
    },
  );
});

describe('a key ring', () => {
  test('signs with its first key and believes all', () => {
    const [a, b] = [generateKey(), generateKey()];
    const ring = parseKeyRing([a, b]);
    expect(ring.current.kid).toBe(a.kid);
    expect([...ring.all.keys()]).toEqual([a.kid, b.kid]);
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing', null, /must be a list/],
    ['an empty list', [], /must be a list with at least one key/],
    ['a key without a kid', [{ secret: random() }], /kid/],
    ['a kid with a path', [{ kid: '../../dev/null', secret: random() }], /kid/],
    ['a kid that is too long', [{ kid: 'a'.repeat(33), secret: random() }], /kid/],
    [
      'two keys of one kid',
      [
        { kid: 'a', secret: random() },
        { kid: 'a', secret: random() },
      ],
      /same kid/,
    ],
    ['no secret', [{ kid: 'a' }], /not base64url/],
    [
      'a secret that is too short',
      [{ kid: 'a', secret: random().slice(0, 40) }],
      /shorter than 32 bytes/,
    ],
    ['a typed secret', [{ kid: 'a', secret: 'changeme'.repeat(8) }], /not random/],
    ['a secret of zeros', [{ kid: 'a', secret: secret(() => 0) }], /not random/],
    ['a secret of two bytes', [{ kid: 'a', secret: secret((index) => index % 2) }], /not random/],
  ])('is not made of %s', (_what, input, problem) => {
    expect(() => parseKeyRing(input)).toThrow(problem);
  });
});
