import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../history.ts';

/** What a node says of itself to whoever runs it. */
export interface Watched {
  name: string;
  /** The text of `/metrics`. @throws Error when the node does not answer. */
  readMetrics(): Promise<string>;
  /** All that it has logged so far, and when, by `now`. */
  readonly lines: readonly { at: number; text: string }[];
}

/** Values of `/metrics` by name; those with labels added up. `undefined`: the node does not answer. */
export type Reading = ReadonlyMap<string, number> | undefined;

/** How a fault shows to whoever runs a node. */
export interface Sign {
  metric(now: Reading, before: Reading): boolean;
  /** Stands in a line of the log. Left out: a process that does not run writes none. */
  line?: string;
}

/** Signs that were waited for. */
export interface SignWatch {
  /** Call it before the fault begins: from then on there have to be a metric and a line within 10 s. */
  expect(node: Watched, name: SignName): Promise<void>;
  /** Resolves when all that was expected so far has come, or its time is over. */
  shown(): Promise<void>;
  /** The same, and how it went. */
  end(): Promise<{ figures: Record<string, number>; failures: string[] }>;
}

const SEEN_MS = 10_000;
const LOOK_MS = 200;

/** All that operators are promised to see, see docs/operations.md. */
export const SIGNS = {
  /** What Prometheus shows of a dead process. It writes no line; the next one does. */
  killed: { metric: isSilent },
  started: { metric: changes('process_start_time_seconds'), line: 'listening' },
  stopping: { metric: stands('alcove_draining', 1), line: 'stopping' },
  frozen: { metric: isSilent },
  thawed: { metric: isThere },
  'Redis lost': { metric: grows('alcove_cluster_outages_total'), line: 'Redis is out of reach' },
  'Redis found': { metric: stands('alcove_cluster_degraded', 0), line: 'Redis is in reach' },
  'store lost': { metric: grows('alcove_store_errors_total'), line: 'the store is unavailable' },
  'store found': { metric: stands('alcove_store_unavailable', 0), line: 'the store is available' },
  'store slow': { metric: takes('alcove_append_seconds', 0.2) },
} satisfies Record<string, Sign>;

/** The name of a sign. */
export type SignName = keyof typeof SIGNS;

/** Begins to watch. @param seenMs How long a sign may take. */
export function watchSigns(seenMs = SEEN_MS): SignWatch {
  const watching: Promise<Seen>[] = [];
  return {
    async expect(node, name) {
      const before = await readMetrics(node);
      watching.push(waitFor(node, name, { before, seenMs }));
    },
    async shown() {
      await Promise.all(watching);
    },
    async end() {
      const seen = await Promise.all(watching);
      return {
        figures: {
          signs: seen.length,
          slowestMetricMs: slowest(seen.map(({ metricMs = seenMs }) => metricMs)),
          slowestLineMs: slowest(seen.map(({ lineMs = seenMs }) => lineMs)),
        },
        failures: seen.flatMap(({ what, metricMs, lineMs }) => [
          ...(metricMs === undefined ? [`${what} did not show in /metrics`] : []),
          ...(lineMs === undefined ? [`${what} did not show in the log`] : []),
        ]),
      };
    },
  };
}

interface Seen {
  what: string;
  metricMs?: number;
  lineMs?: number;
}

function isSilent(after: Reading): boolean {
  return after === undefined;
}

function isThere(after: Reading): boolean {
  return after !== undefined;
}

function stands(name: string, value: number) {
  return (after: Reading) => after?.get(name) === value;
}

function grows(name: string) {
  return (after: Reading, before: Reading) => (after?.get(name) ?? 0) > (before?.get(name) ?? 0);
}

function changes(name: string) {
  return (after: Reading, before: Reading) =>
    after !== undefined && after.get(name) !== before?.get(name);
}

/** Of a histogram: more than so much on average since before. */
function takes(name: string, seconds: number) {
  return (after: Reading, before: Reading) => {
    const since = (part: string) =>
      (after?.get(`${name}_${part}`) ?? 0) - (before?.get(`${name}_${part}`) ?? 0);
    return since('count') > 0 && since('sum') / since('count') > seconds;
  };
}

async function waitFor(
  node: Watched,
  name: SignName,
  { before, seenMs }: { before: Reading; seenMs: number },
): Promise<Seen> {
  const { metric, line }: Sign = SIGNS[name];
  const since = now();
  const seen: Seen = { what: `"${name}" of ${node.name}`, lineMs: line ? undefined : 0 };
  while (now() - since < seenMs) {
    if (seen.metricMs === undefined && metric(await readMetrics(node), before)) {
      seen.metricMs = now() - since;
    }
    const found = node.lines.findLast(({ at, text }) => at >= since && text.includes(line ?? ''));
    if (found) seen.lineMs ??= found.at - since;
    if (seen.metricMs !== undefined && seen.lineMs !== undefined) break;
    await sleep(LOOK_MS);
  }
  return seen;
}

/** What a node shows now. */
export async function readMetrics(node: Watched): Promise<Reading> {
  try {
    return parse(await node.readMetrics());
  } catch {
    return undefined;
  }
}

/** Prometheus' text format: a name, labels perhaps, a value. */
function parse(text: string): Reading {
  const values = new Map<string, number>();
  for (const [, name = '', value] of text.matchAll(/^(\w+)(?:\{.*\})? (\S+)$/gm)) {
    values.set(name, (values.get(name) ?? 0) + Number(value));
  }
  return values;
}

function slowest(timesMs: readonly number[]): number {
  return Math.round(Math.max(0, ...timesMs));
}
