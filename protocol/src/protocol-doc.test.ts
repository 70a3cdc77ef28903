import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EVENT_AUDIENCE } from './audience.ts';
import { NAMESPACES, SERVER_FRAMES } from './commands.ts';
import { ERROR_CODES } from './errors.ts';
import {
  goldenAgentAcks,
  goldenAgentCommands,
  goldenEvents,
  goldenHandshakes,
  goldenHellos,
  goldenHttp,
  goldenRefusals,
  goldenSignals,
  goldenVisitorAcks,
  goldenVisitorCommands,
} from './fixtures.ts';
import { HTTP_PATHS } from './http.ts';
import { WIRE_LIMITS } from './limits.ts';
import { agentCommandSchemas, signalSchema, visitorCommandSchemas } from './schemas.ts';
import { PROTOCOL_VERSION } from './version.ts';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

/** The rows of all tables whose first cell is `name`, as cells. */
function rowsOf(name: string): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter(([first]) => first === `\`${name}\``);
}

/** Names of fields, at any depth. What is keyed by ids has none. */
function* fieldsOf(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value) && !/^\w\w_/.test(key)) yield key;
    yield* fieldsOf(inner);
  }
}

describe('docs/protocol.md', () => {
  it('names the version', () => {
    expect(page).toContain(`Protocol version: **${PROTOCOL_VERSION}**`);
  });

  it.each([...Object.keys(visitorCommandSchemas), ...Object.keys(agentCommandSchemas)])(
    'has a row for the command %s',
    (name) => {
      expect(rowsOf(name)).toHaveLength(1);
    },
  );

  it.each([...goldenVisitorCommands, ...goldenAgentCommands])(
    'names the fields of the payload in the command’s row: $name',
    ({ frame }) => {
      const [row] = rowsOf(frame.command);
      for (const field of Object.keys(frame.payload)) {
        expect(row?.[1], `${frame.command} ${field}`).toMatch(new RegExp(`\`${field}\\??\``));
      }
    },
  );

  it.each([...goldenVisitorAcks, ...goldenAgentAcks].filter(({ frame }) => frame.ack.ok))(
    'names the fields of the ack in the command’s row: $name',
    ({ frame }) => {
      const [row] = rowsOf(frame.command);
      const isLikeSend = row?.[2] === 'as `message.send`';
      const described = isLikeSend ? rowsOf('message.send')[0]?.[2] : row?.[2];
      for (const field of Object.keys(frame.ack).filter((key) => key !== 'ok')) {
        expect(described, `${frame.command} ${field}`).toMatch(new RegExp(`\`${field}\\??\``));
      }
    },
  );

  it.each(Object.entries(EVENT_AUDIENCE))(
    'has a row for the event %s with its audience',
    (type, audience) => {
      expect(rowsOf(type)).toEqual([expect.arrayContaining([audience])]);
    },
  );

  it.each(signalSchema.options.map((option) => option.shape.type.value))(
    'has a row for the signal %s',
    (type) => {
      expect(rowsOf(type)).toHaveLength(1);
    },
  );

  it.each(Object.entries(ERROR_CODES))(
    'has a row for the code %s as the table has it',
    (code, entry) => {
      expect(rowsOf(code)).toEqual([
        expect.arrayContaining([String(entry.status), entry.retryable ? 'yes' : 'no']),
      ]);
    },
  );

  it.each([...Object.values(NAMESPACES), ...Object.values(SERVER_FRAMES)])(
    'has a row for %s',
    (name) => {
      expect(rowsOf(name)).toHaveLength(1);
    },
  );

  it.each(Object.values(HTTP_PATHS))('has a row for %s', (path) => {
    expect(page).toMatch(new RegExp(`^\\| \`(GET|POST|PATCH|DELETE) ${path}\` \\|`, 'm'));
  });

  it.each(Object.entries(WIRE_LIMITS))(
    'has a row for the limit %s with its value',
    (name, limit) => {
      const value = typeof limit === 'number' ? String(limit) : `${limit.min} to ${limit.max}`;
      expect(rowsOf(name)).toEqual([expect.arrayContaining([value])]);
    },
  );

  it('names every field of every golden frame', () => {
    const frames = [
      ...goldenEvents,
      ...goldenSignals,
      ...goldenHandshakes,
      ...goldenHellos,
      ...goldenRefusals,
      ...goldenVisitorAcks,
      ...goldenAgentAcks,
    ].map(({ frame }) => frame);
    const bodies = goldenHttp.map(({ frame }) => [frame.request, frame.answer]);
    const fields = new Set(fieldsOf([frames, bodies]));
    const isNamed = (field: string) => page.includes(`\`${field}`) || page.includes(`"${field}"`);
    // What the fixtures themselves add to put frames together.
    const ofFixtures = ['auth', 'ack', 'namespace'];
    expect([...fields].filter((field) => !isNamed(field) && !ofFixtures.includes(field))).toEqual(
      [],
    );
  });

  it('has a heading for every link within the page', () => {
    const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll(' ', '-'),
    );
    const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target);
    expect(links.filter((target) => !headings.includes(target ?? ''))).toEqual([]);
  });
});
