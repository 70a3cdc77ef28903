import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

/** What a key is for. Each purpose has its own, so that one token can never pass for another. */
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

/** Every purpose, in the order in which keys are made. */
export const KEY_PURPOSES = ['agent-access', 'visitor-access', 'refresh'] as const;

/** Keys of one purpose. New tokens are signed with `current`; tokens of all in `all` are still believed. */
export interface KeyRing {
  readonly current: Key;
  /** By `kid`. A Map, so that `__proto__` and its like name nothing. */
  readonly all: ReadonlyMap<string, Key>;
}

export interface Key {
  readonly kid: string;
  readonly secret: KeyObject;
}

/** The keys of an installation. */
export type Keys = Readonly<Record<KeyPurpose, KeyRing>>;

/** A key as it is stored. */
export interface StoredKey {
  kid: string;
  /** base64url */
  secret: string;
}

/** HMAC-SHA256 wants a key as long as its output (RFC 7518, 3.2). */
const SECRET_BYTES = 32;

/** Fewer different bytes than this in 32 random ones happen once in 10^20 tries: somebody typed that secret. */
const FEWEST_DIFFERENT_BYTES = 16;

const KID = /^[A-Za-z0-9_-]{1,32}$/;

/** Makes a key of 256 random bits. */
export function generateKey(): StoredKey {
  return {
    kid: randomBytes(6).toString('base64url'),
    secret: randomBytes(SECRET_BYTES).toString('base64url'),
  };
}

/** Keys that live as long as the process: for tests and for data in memory. */
export function createTemporaryKeys(): Keys {
  const ring = () => parseKeyRing([generateKey()]);
  return { 'agent-access': ring(), 'visitor-access': ring(), refresh: ring() };
}

/** @returns names for keys of an installation, which tell nothing about them: what it signs with, and what it believes. */
export function idsOf(keys: Keys): { current: string[]; all: string[] } {
  const rings = KEY_PURPOSES.map((purpose) => ({ purpose, ...keys[purpose] }));
  return {
    current: rings.map(({ purpose, current }) => idOf(purpose, current)),
    all: rings.flatMap(({ purpose, all }) => [...all.values()].map((key) => idOf(purpose, key))),
  };
}

/** Of 256 random bits nobody finds out any by what they turn a known text into. */
function idOf(purpose: KeyPurpose, { kid, secret }: Key): string {
  const named = createHmac('sha256', secret).update(`${purpose} ${kid}`).digest('base64url');
  return named.slice(0, 16);
}

/**
 * Reads a key ring: `[{ kid, secret }]`, the first one current.
 *
 * @throws TypeError that says what is wrong, without showing any of it.
 */
export function parseKeyRing(input: unknown): KeyRing {
  if (!Array.isArray(input) || input.length === 0) {
    throw new TypeError('must be a list with at least one key');
  }
  const keys = input.map(parseKey);
  const [current] = keys;
  const all = new Map(keys.map((key) => [key.kid, key]));
  if (!current || all.size < keys.length) throw new TypeError('has two keys with the same kid');
  return { current, all };
}

function parseKey(input: unknown): Key {
  const { kid, secret } = (input ?? {}) as Partial<Record<keyof StoredKey, unknown>>;
  if (typeof kid !== 'string' || !KID.test(kid)) {
    throw new TypeError('has a key whose kid is not 1 to 32 of the characters A-Z a-z 0-9 _ -');
  }
  if (typeof secret !== 'string' || !/^[A-Za-z0-9_-]+$/.test(secret)) {
    throw new TypeError(`has a key (${kid}) whose secret is not base64url`);
  }
  const bytes = Buffer.from(secret, 'base64url');
  if (bytes.length < SECRET_BYTES) {
    throw new TypeError(`has a key (${kid}) that is shorter than ${SECRET_BYTES} bytes`);
  }
  if (new Set(bytes).size < FEWEST_DIFFERENT_BYTES) {
    throw new TypeError(`has a key (${kid}) that is not random`);
  }
  return { kid, secret: createSecretKey(bytes) };
}
