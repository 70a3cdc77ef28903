import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import ipaddr from 'ipaddr.js';

/** What an operator can set, checked. */
export interface Config {
  port: number;
  /** Without one the server listens on every address of the machine. */
  host: string | undefined;
  /** The address under which people reach the server. Without one: `http://localhost:PORT`. */
  publicUrl: URL | undefined;
  /** Absolute. Holds the database, the keys and the socket of the `alcove` command. */
  dataDir: string;
  /** `sqlite:` and an absolute path, `sqlite::memory:`, or the address of a MongoDB, which may hold a password. */
  databaseUrl: string;
  /** Whether a start may build indexes in MongoDB and bring its schema up to date. */
  autoMigrate: boolean;
  /** Of the Redis that the nodes share, password included. Without one the process is alone. */
  redisUrl: string | undefined;
  /** What this installation's keys and channels in Redis begin with. */
  redisPrefix: string;
  /** Whoever knows it may read `/metrics`. Without one nobody may. */
  metricsToken: string | undefined;
  /** How many reverse proxies stand in front, or which addresses they have. */
  trustProxy: number | string[];
  logLevel: LogLevel;
}

export type LogLevel = (typeof LOG_LEVELS)[number];

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** One line of the table of settings. A flag wins over the variable of the same meaning. */
export interface Setting {
  variable: string;
  /** As commander writes it. */
  flag: string;
  /** The value without which the server starts; absent where there is none. */
  default?: string;
  description: string;
}

/** Everything that can be set. `alcove serve --help` and docs/operations.md show this table. */
export const SETTINGS = [
  {
    variable: 'PORT',
    flag: '--port <number>',
    default: '3000',
    description: 'Port to listen on; 0 takes any free one.',
  },
  {
    variable: 'HOST',
    flag: '--host <address>',
    description: 'Address to listen on. Without one: every address of the machine.',
  },
  {
    variable: 'PUBLIC_URL',
    flag: '--public-url <url>',
    description:
      'Address under which people reach the server, such as https://chat.example.com. Without one: http://localhost and the port.',
  },
  {
    variable: 'DATA_DIR',
    flag: '--data-dir <folder>',
    default: './data',
    description: 'Folder for the database and the keys. Back it up, and keep it private.',
  },
  {
    variable: 'DATABASE_URL',
    flag: '--database-url <url>',
    default: 'sqlite:alcove.db',
    description:
      'The database: sqlite: and a file, relative to the data folder, or mongodb:// and a server or replica set.',
  },
  {
    variable: 'AUTO_MIGRATE',
    flag: '--auto-migrate <switch>',
    default: 'on',
    description:
      'MongoDB only, on or off: whether a start builds missing indexes and brings the schema up to date. With off, run "alcove migrate" before a start.',
  },
  {
    variable: 'REDIS_URL',
    flag: '--redis-url <url>',
    description:
      'The Redis by which several nodes hear of each other: redis:// or rediss:// (TLS). Refused with SQLite, which is one process.',
  },
  {
    variable: 'REDIS_PREFIX',
    flag: '--redis-prefix <name>',
    default: 'alcove',
    description:
      'What keys and channels in Redis begin with: the same on all nodes of an installation, another one for each installation.',
  },
  {
    variable: 'METRICS_TOKEN',
    flag: '--metrics-token <token>',
    description:
      'Opens /metrics to whoever sends it as a bearer token: at least 32 characters. Set the variable rather than the flag, which other users of the machine can see.',
  },
  {
    variable: 'TRUST_PROXY',
    flag: '--trust-proxy <proxies>',
    default: '0',
    description:
      'Reverse proxies in front: how many (1), or their addresses (10.0.0.0/8,127.0.0.1). Believes what they say about visitors.',
  },
  {
    variable: 'LOG_LEVEL',
    flag: '--log-level <level>',
    default: 'info',
    description: `How much is logged: ${LOG_LEVELS.join(', ')}.`,
  },
] as const satisfies readonly Setting[];

/** The name of an environment variable in the table. */
export type Variable = (typeof SETTINGS)[number]['variable'];

/** Values as text, by variable. */
export type Values = Partial<Record<Variable, string>>;

/** Everything that is wrong with the configuration, a sentence for each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * Reads the configuration: flags first, then the environment, then the defaults.
 *
 * @throws ConfigError with all problems at once.
 */
export function readConfig(flags: Values = {}, environment: Values = process.env): Config {
  const problems: string[] = [];
  const values = valuesOf(flags, environment);
  const read = <Name extends Variable, Value>(
    name: Name,
    parse: (text: string) => Value | Problem,
  ): Value | undefined => {
    const text = values[name];
    if (text === undefined) return undefined;
    const parsed = parse(text);
    if (!(parsed instanceof Problem)) return parsed;
    const shown = SECRETS.has(name) ? 'set' : JSON.stringify(hidePassword(text));
    problems.push(`${name} is ${shown}, but ${parsed.sentence}`);
    return undefined;
  };

  const dataDir = resolve(values.DATA_DIR ?? '');
  const config = {
    port: read('PORT', parsePort),
    host: read('HOST', parseHost),
    publicUrl: read('PUBLIC_URL', parsePublicUrl),
    dataDir,
    databaseUrl: read('DATABASE_URL', (text) => parseDatabaseUrl(text, dataDir)),
    autoMigrate: read('AUTO_MIGRATE', parseSwitch),
    redisUrl: read('REDIS_URL', (text) => parseRedisUrl(text, values.DATABASE_URL)),
    redisPrefix: read('REDIS_PREFIX', parseRedisPrefix),
    metricsToken: read('METRICS_TOKEN', parseMetricsToken),
    trustProxy: read('TRUST_PROXY', parseTrustProxy),
    logLevel: read('LOG_LEVEL', parseLogLevel),
  };

  const { port, databaseUrl, autoMigrate, redisPrefix, trustProxy, logLevel } = config;
  if (
    problems.length > 0 ||
    port === undefined ||
    databaseUrl === undefined ||
    autoMigrate === undefined ||
    redisPrefix === undefined ||
    trustProxy === undefined ||
    logLevel === undefined
  ) {
    throw new ConfigError(problems);
  }
  return { ...config, port, databaseUrl, autoMigrate, redisPrefix, trustProxy, logLevel };
}

/** Why a value cannot be: the second half of a sentence. */
class Problem {
  readonly sentence: string;

  constructor(sentence: string) {
    this.sentence = sentence;
  }
}

/** An empty variable counts as not set: compose files and shells make those by accident. */
function valuesOf(flags: Values, environment: Values): Values {
  const values: Values = {};
  for (const setting of SETTINGS) {
    const name = setting.variable;
    const fallback = 'default' in setting ? setting.default : undefined;
    const value = flags[name] ?? (environment[name]?.trim() || fallback);
    if (value !== undefined) values[name] = value.trim();
  }
  return values;
}

function parsePort(text: string): number | Problem {
  const port = Number(text);
  const isPort = /^\d{1,5}$/.test(text) && port <= 65_535;
  return isPort ? port : new Problem('a port is a whole number from 0 to 65535.');
}

function parseHost(text: string): string | Problem {
  const isHost = isIP(text) !== 0 || /^[a-z0-9]([a-z0-9.-]{0,252})$/i.test(text);
  return isHost
    ? text
    : new Problem('it must be an address of this machine without a port, such as 127.0.0.1.');
}

function parsePublicUrl(text: string): URL | Problem {
  const url = URL.parse(text);
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    return new Problem('it must start with https:// or http://, such as https://chat.example.com.');
  }
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    return new Problem(
      'Alcove lives at the root of a host: leave out everything after the host and port.',
    );
  }
  return url;
}

function parseDatabaseUrl(text: string, dataDir: string): string | Problem {
  if (/^mongodb(\+srv)?:/.test(text)) return parseMongoUrl(text);
  const match = /^sqlite:(.*)$/.exec(text);
  if (!match) {
    return new Problem(
      'it must be sqlite: and a file, such as sqlite:alcove.db or sqlite:/var/lib/alcove/alcove.db, or mongodb:// and a server.',
    );
  }
  const file = (match[1] ?? '').replace(/^\/\/(?=\/)/, '');
  if (file.startsWith('//') || file.includes('?') || file.includes('\0')) {
    return new Problem('after sqlite: stands the path of a file, without a host or parameters.');
  }
  return file === ':memory:' ? text : `sqlite:${resolve(dataDir, file || 'alcove.db')}`;
}

/** The driver reads the rest; what it says of an address may repeat its password, so the common mistakes are found here. */
function parseMongoUrl(text: string): string | Problem {
  const match =
    /^mongodb(?:\+srv)?:\/\/(?:[^@/]*@)?[^@/?\s]+(?:\/([^@/?\s]*))?(?:\?[^@\s]*)?$/.exec(text);
  if (!match) {
    return new Problem(
      'it must be mongodb:// and a server with the name of a database, such as mongodb://localhost:27017/alcove. In a password write @ as %40, : as %3A, / as %2F.',
    );
  }
  const [, database = ''] = match;
  return /^[\w-]{0,63}$/.test(database)
    ? text
    : new Problem('the name of a database is made of letters, digits, - and _.');
}

function parseSwitch(text: string): boolean | Problem {
  if (text === 'on' || text === 'off') return text === 'on';
  return new Problem('it is on or off.');
}

function parseRedisUrl(text: string, databaseUrl: string | undefined): string | Problem {
  if (!databaseUrl || databaseUrl.startsWith('sqlite:')) {
    return new Problem(
      'SQLite is for one process, which needs no Redis: leave REDIS_URL out. Several nodes need MongoDB: DATABASE_URL=mongodb://...',
    );
  }
  const url = URL.parse(text);
  if (!url || !['redis:', 'rediss:'].includes(url.protocol) || !url.hostname) {
    return new Problem(
      'it must start with redis:// or, with TLS, rediss://, such as redis://:password@redis.internal:6379. Signs in the password such as @ and / are written as %40 and %2F.',
    );
  }
  if (!/^(\/\d*)?$/.test(url.pathname) || url.search || url.hash) {
    return new Problem(
      'after the host and port there can only be the number of a database, such as /1.',
    );
  }
  return text;
}

function parseRedisPrefix(text: string): string | Problem {
  // In a pattern of channels other signs would have a meaning.
  return /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}$/.test(text)
    ? text
    : new Problem('it must be up to 40 letters, digits and - _ . : without spaces.');
}

const SHORTEST_TOKEN = 32;

function parseMetricsToken(text: string): string | Problem {
  return text.length >= SHORTEST_TOKEN && /^[\x21-\x7e]+$/.test(text)
    ? text
    : new Problem(
        `a token has at least ${SHORTEST_TOKEN} letters, digits or signs, and no spaces. Make one: openssl rand -hex 24`,
      );
}

/** Longer chains of proxies than this are a typing error. */
const MOST_PROXIES = 16;

function parseTrustProxy(text: string): number | string[] | Problem {
  if (/^\d+$/.test(text)) {
    const hops = Number(text);
    return hops <= MOST_PROXIES
      ? hops
      : new Problem(`nobody has more than ${MOST_PROXIES} proxies in a row.`);
  }
  const addresses = text.split(',').map((address) => address.trim());
  if (addresses.every(isAddressOrBlock)) return addresses;
  return new Problem(
    'it must be the number of your reverse proxies (1) or a list of their addresses (10.0.0.0/8,127.0.0.1). Trusting everybody would let any visitor forge an address.',
  );
}

function isAddressOrBlock(text: string): boolean {
  if (!text.includes('/')) return ipaddr.isValid(text);
  try {
    // A block of all addresses is the same as trusting everybody.
    return ipaddr.parseCIDR(text)[1] > 0;
  } catch {
    return false;
  }
}

function parseLogLevel(text: string): LogLevel | Problem {
  const level = LOG_LEVELS.find((candidate) => candidate === text.toLowerCase());
  return level ?? new Problem(`a level is one of: ${LOG_LEVELS.join(', ')}.`);
}

/** What is a secret as a whole. */
const SECRETS: ReadonlySet<Variable> = new Set(['METRICS_TOKEN']);

/** A password in an address must not end up in a terminal or log. It may hold the signs that end it, by mistake. */
function hidePassword(text: string): string {
  return text.replace(/\/\/.*@/s, '//***@');
}

/** Where the keys are. */
export function keysDirOf(config: Pick<Config, 'dataDir'>): string {
  return join(config.dataDir, 'keys');
}

/** Where a running server listens for the `alcove` command. */
export function adminSocketOf(config: Pick<Config, 'dataDir'>): string {
  return join(config.dataDir, 'alcove.sock');
}
