import { pino, type Logger } from 'pino';
import type { LogLevel } from './config.ts';

/**
 * What must never stand in a log, wherever it comes up in an object that is logged. Code does not log such things to
 * begin with; this is the net below.
 */
const SECRET_FIELDS = [
  'accessToken',
  'authorization',
  'body',
  'content',
  'cookie',
  'email',
  'password',
  'passwordHash',
  'payload',
  'refreshToken',
  'secret',
  'text',
  'token',
];

/** How deep inside a logged object a secret is still found. */
const DEPTHS = ['', '*.', '*.*.'];

/**
 * One line of JSON for each thing worth knowing: times in ISO 8601, levels in words, request ids; no text of a
 * conversation, no token, no cookie, no e-mail address.
 *
 * @param destination Where lines go; the standard output without one.
 */
export function createLogger(level: LogLevel, destination?: { write(line: string): void }): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: DEPTHS.flatMap((depth) => [
        ...SECRET_FIELDS.map((field) => `${depth}${field}`),
        `${depth}["set-cookie"]`,
      ]),
      censor: '[hidden]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
