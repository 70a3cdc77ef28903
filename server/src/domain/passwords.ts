import { randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** How much work a hash is. `N` is a power of two. */
export interface PasswordCost {
  N: number;
  r: number;
  p: number;
}

/** Hashes and checks passwords, off the main thread. */
export interface Passwords {
  /** Text that holds the parameters, a salt and the hash. */
  hash(password: string): Promise<string>;
  /** Without a hash (an unknown e-mail address) it does the same work, and answers `false`. */
  isCorrect(password: string, hash: string | undefined): Promise<boolean>;
  /** Whether a hash was made with other parameters than today's. */
  isOutdated(hash: string): boolean;
}

/**
 * From OWASP's password storage cheat sheet: 32 MB and about 200 ms. Its variant with 128 MB would leave too little in a
 * server with 512 MB once four people sign in at the same time.
 */
const DEFAULT_COST: PasswordCost = { N: 2 ** 15, r: 8, p: 3 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

/** @see Passwords */
export function createPasswords(cost: PasswordCost = DEFAULT_COST): Passwords {
  const parameters = `N=${cost.N},r=${cost.r},p=${cost.p}`;
  const hash = async (password: string) => {
    const salt = randomBytes(SALT_BYTES);
    const derived = await derive(password, salt, HASH_BYTES, optionsOf(cost));
    return `scrypt$${parameters}$${salt.toString('base64url')}$${derived.toString('base64url')}`;
  };
  // Of a password that nobody knows.
  const dummy = hash(randomBytes(HASH_BYTES).toString('base64url'));
  return {
    hash,
    async isCorrect(password, stored) {
      const parsed = parseHash(stored ?? (await dummy));
      const derived = await derive(
        password,
        parsed.salt,
        parsed.hash.length,
        optionsOf(parsed.cost),
      );
      const isEqual = timingSafeEqual(derived, parsed.hash);
      return isEqual && stored !== undefined;
    },
    isOutdated: (stored) => !stored.startsWith(`scrypt$${parameters}$`),
  };
}

/** Node refuses more than 32 MB unless told; scrypt needs `128 * r * (N + p)` bytes and a little. */
function optionsOf(cost: PasswordCost): ScryptOptions {
  return { ...cost, maxmem: 2 * 128 * cost.r * (cost.N + cost.p + 2) };
}

function parseHash(text: string): { cost: PasswordCost; salt: Buffer; hash: Buffer } {
  const match = /^scrypt\$N=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/.exec(text);
  if (!match) throw new Error('a stored password hash is not one of ours');
  const [, N, r, p, salt = '', hash = ''] = match;
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}
