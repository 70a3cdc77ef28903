import type { Redis } from 'ioredis';

/** Below it, sorted sets cannot all that presence asks. */
const OLDEST_VERSION = '6.2';

/** What Redis itself says when it does not want us. */
const REFUSALS: readonly [pattern: RegExp, words: string][] = [
  [
    /^(WRONGPASS|ERR invalid password)/,
    'Redis refuses the password, or the user name, in REDIS_URL.',
  ],
  [/^NOAUTH/, 'Redis asks for a password: write it into REDIS_URL, redis://:password@host:6379.'],
  [
    /^NOPERM/,
    'The user in REDIS_URL may not do what Alcove needs: keys and channels that begin with REDIS_PREFIX, and the commands of docs/operations.md.',
  ],
  [/^Redis \d/, `Alcove needs Redis ${OLDEST_VERSION} or newer.`],
];

/** What an operator has to change, in words; nothing for what may pass by itself. */
export function refusalOf(reason: string): string | undefined {
  const words = REFUSALS.find(([pattern]) => pattern.test(reason))?.[1];
  return words && `${words} (${reason})`;
}

/** Asks each server that the client connects to how old it is, and reports one that is too old. */
export function watchVersion(store: Redis, report: (reason: string) => void): void {
  store.on('ready', () => {
    store.info('server').then(
      (info) => {
        const version = /^redis_version:(\S+)/m.exec(info)?.[1];
        if (version && isOlder(version, OLDEST_VERSION)) report(`Redis ${version} is too old`);
      },
      // Not everybody may ask. What is missing then shows by itself.
      () => {},
    );
  });
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}
