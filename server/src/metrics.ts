import { agentCommandSchemas, visitorCommandSchemas } from '@alcove/protocol/schemas';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ClusterFigures } from './cluster/cluster.ts';
import type { Storage } from './storage/storage.ts';
import type { Answer, Commands } from './transport/commands/commands.ts';
import type { FaultFigures } from './transport/faults.ts';
import type { Meter } from './transport/meter.ts';
import type { GatewayFigures } from './transport/realtime/gateway.ts';

/** What an operator can see of a server. Nothing in it says who wrote what to whom. */
export interface Metrics {
  readonly meter: Meter;
  /** The same commands, measured: how many, how fast, and why they were refused. */
  commands(commands: Commands): Commands;
  /** The same store, its appends and groups measured. */
  storage(storage: Storage): Storage;
  /** From now on also what these say, whenever somebody looks. */
  watch(sources: MetricsSources): void;
  /** In the text format of Prometheus. */
  render(): Promise<string>;
}

/** Looked at when `/metrics` is asked for, and not before. */
export interface MetricsSources {
  gateway(): GatewayFigures;
  cluster(): ClusterFigures & { isDegraded: boolean };
  faults(): FaultFigures;
  /** Writes that are not finished yet. */
  writesUnderWay(): number;
  /** What is left undone under overload. */
  shed(): readonly string[];
  isDraining(): boolean;
}

const PREFIX = 'alcove_';

/** Up to the most that a group takes. */
const WRITES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** From a commit on a fast disk to the deadline of a command. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    ...createMeters(registry),
    watch(sources) {
      for (const [name, help, read] of gaugesOf(sources)) {
        new Gauge({
          name: PREFIX + name,
          help,
          registers: [registry],
          collect() {
            this.set(read());
          },
        });
      }
      for (const [name, help, read] of totalsOf(sources)) {
        new Counter({
          name: `${PREFIX}${name}_total`,
          help,
          registers: [registry],
          collect() {
            this.reset();
            this.inc(read());
          },
        });
      }
    },
    render: () => registry.metrics(),
  };
}

function createMeters(registry: Registry): Pick<Metrics, 'meter' | 'commands' | 'storage'> {
  const registers = [registry];
  const handshakes = new Counter({
    name: `${PREFIX}handshakes_total`,
    help: 'Connections that asked to come in, by door and outcome: ok, or why they were refused.',
    labelNames: ['door', 'outcome'],
    registers,
  });
  const answers = new Counter({
    name: `${PREFIX}answers_total`,
    help: 'Commands answered, by name and outcome: ok, or why they were refused.',
    labelNames: ['command', 'outcome'],
    registers,
  });
  const durations = new Histogram({
    name: `${PREFIX}command_seconds`,
    help: 'From a command to its answer.',
    labelNames: ['command'],
    buckets: SECONDS,
    registers,
  });
  const appends = new Histogram({
    name: `${PREFIX}append_seconds`,
    help: 'What the store took for an event, whatever came of it.',
    buckets: SECONDS,
    registers,
  });
  const groups = new Histogram({
    name: `${PREFIX}group_writes`,
    help: 'Writes that shared one wait for the disk. Empty where the store does not group them.',
    buckets: WRITES,
    registers,
  });
  return {
    meter: { handshake: (door, outcome) => handshakes.inc({ door, outcome }) },
    commands: (commands) =>
      measureCommands(commands, (name, outcome, seconds) => {
        // A name from outside is no label.
        const command = COMMAND_NAMES.has(name) ? name : 'unknown';
        answers.inc({ command, outcome });
        durations.observe({ command }, seconds);
      }),
    storage(storage) {
      storage.onGroup?.((writes) => groups.observe(writes));
      return measureAppends(storage, (seconds) => appends.observe(seconds));
    },
  };
}

const COMMAND_NAMES: ReadonlySet<string> = new Set([
  ...Object.keys(visitorCommandSchemas),
  ...Object.keys(agentCommandSchemas),
]);

function measureCommands(
  commands: Commands,
  observe: (name: string, outcome: string, seconds: number) => void,
): Commands {
  const measured =
    <Who>(execute: (caller: Who, name: string, input: unknown) => Promise<Answer>) =>
    async (caller: Who, name: string, input: unknown) => {
      const startedAt = performance.now();
      const answer = await execute(caller, name, input);
      observe(name, answer.ok ? 'ok' : answer.code, (performance.now() - startedAt) / 1000);
      return answer;
    };
  return {
    ...commands,
    executeVisitor: measured(commands.executeVisitor),
    executeAgent: measured(commands.executeAgent),
  };
}

function measureAppends(storage: Storage, observe: (seconds: number) => void): Storage {
  return {
    ...storage,
    forWorkspace(workspaceId) {
      const workspace = storage.forWorkspace(workspaceId);
      const { conversations } = workspace;
      const append: typeof conversations.append = async (entry) => {
        const startedAt = performance.now();
        try {
          return await conversations.append(entry);
        } finally {
          observe((performance.now() - startedAt) / 1000);
        }
      };
      return { ...workspace, conversations: { ...conversations, append } };
    },
  };
}

type Reading = readonly [name: string, help: string, read: () => number];

/** How it stands now. */
function gaugesOf({ gateway, cluster, faults, ...sources }: MetricsSources): readonly Reading[] {
  const sheds = (what: string) => () => Number(sources.shed().includes(what));
  return [
    ['visitor_connections', 'Connections of visitors to this node.', () => gateway().visitors],
    ['agent_connections', 'Connections of agents to this node.', () => gateway().agents],
    [
      'lagging_readers',
      'Clients who read too slowly and are told nothing for now.',
      () => gateway().lagging,
    ],
    ['writes_under_way', 'Writes that are not finished.', sources.writesUnderWay],
    [
      'store_unavailable',
      '1 while the store does not answer, or refuses.',
      () => Number(faults().isStoreOut),
    ],
    ['shedding_typing', '1 while typing is not passed on.', sheds('typing')],
    ['shedding_presence', '1 while presence is not passed on.', sheds('presence')],
    ['shedding_visitors', '1 while new visitors are asked to wait.', sheds('new visitors')],
    ['draining', '1 while the server stops.', () => Number(sources.isDraining())],
    [
      'cluster_degraded',
      '1 while this node and the others do not hear one another.',
      () => Number(cluster().isDegraded),
    ],
    [
      'cluster_keys_differ',
      '1 while another node signs with keys that this one does not believe, or the other way round.',
      () => Number(cluster().areKeysForeign),
    ],
    [
      'presence_entries',
      'Participants who are here by connections of this node.',
      () => cluster().presenceEntries,
    ],
  ];
}

/** What happened since the start. */
function totalsOf({ gateway, cluster, faults }: MetricsSources): readonly Reading[] {
  return [
    ['cut_off_readers', 'Clients cut off since they did not read.', () => gateway().cutOff],
    ['store_errors', 'Requests that failed for want of the store.', () => faults().storeErrors],
    [
      'unexpected_errors',
      'Requests that failed for a reason that nobody expected.',
      () => faults().unexpected,
    ],
    ['cluster_outages', 'How often this node lost the others.', () => cluster().outages],
    [
      'publishes_dropped',
      'Hints that the other nodes were not sent.',
      () => cluster().droppedPublishes,
    ],
    [
      'malformed_messages',
      'Messages over Redis that nobody could read.',
      () => cluster().malformedMessages,
    ],
    [
      'limits_decided_alone',
      'Decisions about limits without the other nodes.',
      () => cluster().limitsDecidedAlone,
    ],
  ];
}
