import type { Change } from '../change-source.ts';
import type { Breach } from '../checker.ts';

/** A promise that the server no longer keeps. */
export interface Sabotage {
  changes: readonly Change[];
  /** The row that has to find out, and how: by one of the six numbers, or by these words. */
  row: string;
  breach?: Breach;
  words?: string;
}

const tables = 'server/src/storage/sqlite/tables';

/** Each is the mistake that the design warns of. */
export const sabotages = {
  /** The same message is stored as often as it is sent. */
  'dedupe-off': {
    row: 'A02',
    breach: 'dup',
    changes: [
      {
        file: `${tables}/append.ts`,
        find: '     ON CONFLICT (client_event_id, conversation, actor_kind, actor_id) DO NOTHING',
        replace: '',
      },
      {
        file: 'server/src/storage/sqlite/schema.ts',
        find: 'PRIMARY KEY (client_event_id, conversation, actor_kind, actor_id)',
        replace: 'PRIMARY KEY (client_event_id, conversation, actor_kind, actor_id, seq)',
      },
    ],
  },
  /** A counter gives the number before it is known whether there will be an event. */
  'counter-then-insert': {
    row: 'A04',
    breach: 'holes',
    changes: [
      {
        file: `${tables}/append.ts`,
        find: 'seq: before.appliedSeq + 1,',
        replace: `seq: ((globalThis.counters ??= {})[conversationId] =
          (globalThis.counters[conversationId] ?? before.appliedSeq) + 1),`,
      },
      {
        // Which would notice.
        file: `${tables}/append.ts`,
        find: 'foldConversation(before, event)',
        replace: 'foldConversation({ ...before, appliedSeq: event.seq - 1 }, event)',
      },
    ],
  },
  /** What is acknowledged becomes durable a moment later. */
  'ack-before-commit': {
    row: 'A17',
    breach: 'lost',
    changes: [
      {
        file: 'server/src/storage/sqlite/group-commit.ts',
        find: '    begin.run();',
        replace: '    if (!connection.isTransaction) begin.run();',
      },
      {
        file: 'server/src/storage/sqlite/group-commit.ts',
        find: '      commit.run();',
        // From the second event of a conversation on: people have to find their places first.
        replace: `      globalThis.isLate ||= /appended.*"seq":([2-9]|\\d\\d)/.test(JSON.stringify(result));
      if (!globalThis.isLate) commit.run();
      else globalThis.later ??= setTimeout(() => {
        globalThis.later = undefined;
        if (connection.isTransaction) commit.run();
      }, 500);`,
      },
    ],
  },
  /** Nobody is told how far a conversation goes. */
  'heads-skipped': {
    row: 'A07',
    breach: 'diverged',
    changes: [
      {
        file: 'server/src/domain/log-reader.ts',
        find: 'return { heads: Object.fromEntries(',
        replace: 'if (allowed) return { heads: {} };\n      return { heads: Object.fromEntries(',
      },
    ],
  },
  /** A hint that cannot be sent ends the process. */
  'publish-uncaught': {
    row: 'A20',
    words: 'did not live through an outage of Redis',
    changes: [
      {
        file: 'server/src/cluster/redis/hints.ts',
        find: `then(settle, () => {
        settle();
        droppedPublishes++;
      });`,
        replace: 'then(settle);',
      },
    ],
  },
} satisfies Record<string, Sabotage>;

/** The name of a sabotage. */
export type SabotageName = keyof typeof sabotages;

/** The variable of the environment that names the sabotage to a server. */
export const SABOTAGE_VARIABLE = 'ALCOVE_CHAOS_SABOTAGE';
