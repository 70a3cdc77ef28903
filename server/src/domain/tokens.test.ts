import { createHmac, createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import { createTestClock } from '../testing/test-clock.ts';
import { DomainError } from './domain-error.ts';
import { createTemporaryKeys, generateKey, parseKeyRing } from './keys.ts';
import { createTokens } from './tokens.ts';

const clock = createTestClock();
const keys = createTemporaryKeys();
const tokens = createTokens({ keys, clock });
const now = Math.floor(clock.now() / 1000);

const agent = { workspaceId: 'ws_1', agentId: 'ag_1', accountId: 'ac_1', sessionId: 'se_1' };
const visitor = { workspaceId: 'ws_1', visitorId: 'vi_1', contactId: 'co_1', sessionId: 'se_2' };

const { current } = keys['agent-access'];
const good = {
  iss: 'alcove',
  aud: 'alcove/agent',
  typ: 'agent-access',
  sub: 'ag_1',
  acc: 'ac_1',
  tid: 'ws_1',
  sid: 'se_1',
  jti: 'one',
  iat: now,
  exp: now + 900,
};

/** Signs anything at all: what jsonwebtoken would refuse to sign is what a forger sends. */
function forge(
  payload: unknown,
  header: object = {},
  secret: Buffer = current.secret.export(),
  digest = 'sha256',
): string {
  const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', kid: current.kid, ...header })}.${encode(payload)}`;
  return `${signed}.${createHmac(digest, secret).update(signed).digest('base64url')}`;
}

const without = (claim: keyof typeof good) => {
  const { [claim]: _left, ...rest } = good;
  return rest;
};

describe('access tokens', () => {
  test('bring back who they were made for', () => {
    const { accessToken, expiresAt } = tokens.signAgent(agent);
    expect(tokens.verifyAgent(accessToken)).toEqual({ ...agent, expiresAt });
    expect(expiresAt).toBe((now + 900) * 1000);
    const second = tokens.signVisitor(visitor);
    expect(tokens.verifyVisitor(second.accessToken)).toEqual({
      ...visitor,
      expiresAt: second.expiresAt,
    });
  });

  test('are good when made by hand in every detail, so that the table below refuses each for one fault', () => {
    expect(tokens.verifyAgent(forge(good))).toMatchObject(agent);
  });

  test('end after 15 minutes and the half minute by which clocks may differ', () => {
    const late = createTestClock(clock.now());
    const { accessToken } = tokens.signAgent(agent);
    const verify = () => createTokens({ keys, clock: late }).verifyAgent(accessToken);
    late.advance(15 * 60_000 + 25_000);
    expect(verify).not.toThrow();
    late.advance(10_000);
    expect(verify).toThrow(DomainError);
  });

  test('are believed from a node whose clock is half a minute ahead', () => {
    const ahead = createTokens({ keys, clock: createTestClock(clock.now() + 25_000) });
    expect(() => tokens.verifyAgent(ahead.signAgent(agent).accessToken)).not.toThrow();
  });

  test('signed with an earlier key are believed as long as it is in the ring', () => {
    const [old, fresh] = [generateKey(), generateKey()];
    const before = { ...keys, 'agent-access': parseKeyRing([old]) };
    const during = { ...keys, 'agent-access': parseKeyRing([fresh, old]) };
    const after = { ...keys, 'agent-access': parseKeyRing([fresh]) };
    const { accessToken } = createTokens({ keys: before, clock }).signAgent(agent);
    expect(createTokens({ keys: during, clock }).verifyAgent(accessToken)).toMatchObject(agent);
    expect(() => createTokens({ keys: after, clock }).verifyAgent(accessToken)).toThrow(
      DomainError,
    );
  });
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsaPublic = Buffer.from(rsa.publicKey.export({ type: 'spki', format: 'pem' }));
const attacker = randomBytes(32);
const jwk = createSecretKey(attacker).export({ format: 'jwk' });
const valid = forge(good);
const [validHeader, validPayload, validSignature] = valid.split('.');
const unsigned = (alg: string) =>
  `${Buffer.from(JSON.stringify({ alg, typ: 'JWT', kid: current.kid })).toString('base64url')}.${validPayload}.`;

const BAD_TOKENS: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['a word', 'token'],
  ['two parts', `${validHeader}.${validPayload}`],
  ['four parts', `${valid}.x`],
  ['empty parts', '..'],
  ['no JSON', 'AAAA.BBBB.CCCC'],
  ['alg none', unsigned('none')],
  ['alg None', unsigned('None')],
  ['alg nOnE', unsigned('nOnE')],
  ['alg NONE with the signature', `${unsigned('NONE')}${validSignature}`],
  ['no alg', forge(good, { alg: undefined })],
  ['alg HS384', forge(good, { alg: 'HS384' }, current.secret.export(), 'sha384')],
  ['alg HS512', forge(good, { alg: 'HS512' }, current.secret.export(), 'sha512')],
  ['alg RS256 with an HMAC', forge(good, { alg: 'RS256' })],
  [
    'an RS256 signature',
    jwt.sign(good, rsa.privateKey, { algorithm: 'RS256', keyid: current.kid }),
  ],
  ['HMAC with an RSA key', forge(good, {}, rsaPublic)],
  ['an empty secret', forge(good, {}, Buffer.alloc(0))],
  ["an attacker's secret", forge(good, {}, attacker)],
  ["an attacker's key in jwk", forge(good, { jwk }, attacker)],
  ['jku', forge(good, { jku: 'https://attacker.example/keys' }, attacker)],
  ['x5u', forge(good, { x5u: 'https://attacker.example/cert' }, attacker)],
  ['x5c', forge(good, { x5c: ['AAAA'] }, attacker)],
  ['a stripped signature', `${validHeader}.${validPayload}.`],
  ['a changed signature', `${valid.slice(0, -4)}AAAA`],
  [
    'a changed payload',
    forge(good).replace(validPayload ?? '', validPayload?.replace('a', 'b') ?? ''),
  ],
  ['no kid', forge(good, { kid: undefined })],
  ['an unknown kid', forge(good, { kid: 'unknown' })],
  ['kid as a path', forge(good, { kid: '../../../../dev/null' }, Buffer.alloc(0))],
  ['kid __proto__', forge(good, { kid: '__proto__' }, Buffer.alloc(0))],
  ['kid constructor', forge(good, { kid: 'constructor' }, Buffer.alloc(0))],
  ['kid as SQL', forge(good, { kid: "' OR 1=1 --" })],
  ['kid as a number', forge(good, { kid: 0 })],
  ['kid as a list', forge(good, { kid: [current.kid] })],
  ['kid as an object', forge(good, { kid: { toString: current.kid } })],
  ['kid of 10 KB', forge(good, { kid: 'k'.repeat(10_000) })],
  ['the kid of another purpose', forge(good, { kid: keys['visitor-access'].current.kid })],
  ["another purpose's key", forge(good, {}, keys['visitor-access'].current.secret.export())],
  ["the refresh tokens' key", forge(good, {}, keys.refresh.current.secret.export())],
  ["a visitor's token", tokens.signVisitor(visitor).accessToken],
  ['no exp', forge(without('exp'))],
  ['exp as text', forge({ ...good, exp: String(now + 900) })],
  ['exp null', forge({ ...good, exp: null })],
  ['exp in a fraction', forge({ ...good, exp: now + 900.5 })],
  ['exp in the past', forge({ ...good, exp: now - 31 })],
  [
    'exp in 100 years, and an old iat',
    forge({ ...good, iat: now - 1000, exp: now + 3_153_600_000 }),
  ],
  ['no iat', forge(without('iat'))],
  ['iat as text', forge({ ...good, iat: String(now) })],
  ['iat in the future', forge({ ...good, iat: now + 60, exp: now + 960 })],
  ['nbf in the future', forge({ ...good, nbf: now + 60 })],
  ['no iss', forge(without('iss'))],
  ['another iss', forge({ ...good, iss: 'alcove.example' })],
  ['iss as a list', forge({ ...good, iss: ['alcove'] })],
  ['no aud', forge(without('aud'))],
  ["the visitors' aud", forge({ ...good, aud: 'alcove/visitor' })],
  ['aud as a list', forge({ ...good, aud: ['alcove/agent', 'alcove/visitor'] })],
  ['aud with more behind it', forge({ ...good, aud: 'alcove/agent/x' })],
  ['no typ', forge(without('typ'))],
  ["the visitors' typ", forge({ ...good, typ: 'visitor-access' })],
  ['no sub', forge(without('sub'))],
  ['sub as a number', forge({ ...good, sub: 1 })],
  ['sub as an object', forge({ ...good, sub: { $ne: null } })],
  ['an empty sub', forge({ ...good, sub: '' })],
  ['no tid', forge(without('tid'))],
  ['tid as a list', forge({ ...good, tid: ['ws_1'] })],
  ['no sid', forge(without('sid'))],
  ['no jti', forge(without('jti'))],
  ['no account', forge(without('acc'))],
  ['a payload of text', forge('agent')],
  ['a payload of a list', forge([good])],
  ['a payload of null', forge(null)],
  ['10 KB', forge({ ...good, filler: 'x'.repeat(10_000) })],
  ['1 MB', forge({ ...good, filler: 'x'.repeat(1_000_000) })],
];

describe('a token is refused, always in the same words, with', () => {
  test.each(BAD_TOKENS)('%s', (_fault, token) => {
    let refusal: unknown;
    try {
      tokens.verifyAgent(token);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(DomainError);
    expect(refusal).toMatchObject({
      code: 'unauthenticated',
      message: 'The session has ended. Renew it, or sign in again.',
    });
  });

  test('the right claims of an agent at the door of visitors', () => {
    expect(() => tokens.verifyVisitor(tokens.signAgent(agent).accessToken)).toThrow(DomainError);
  });
});
