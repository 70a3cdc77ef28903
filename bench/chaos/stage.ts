import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Limits } from '@alcove/server';
import type { SpawnedServer, TestMongo, TestRedis } from '@alcove/server/testing';
import { liftedLimits } from '../people.ts';
import { BareClient } from './bare-client.ts';
import { check, type Verdict } from './checker.ts';
import type { ChaosClient, ClientSpec, Heads } from './client.ts';
import { type Crew, startCrew } from './crew.ts';
import type { ChoiceOf, ServerChoice } from './ground.ts';
import { type Final, type HistoryEntry, openHistory, readHistories } from './history.ts';
import { observe } from './observer.ts';
import type { ChaosNode } from './nodes/node.ts';
import { NodesGround } from './nodes/nodes-ground.ts';
import { createRandom, type Random } from './random.ts';
import { SABOTAGE_VARIABLE, type SabotageName } from './sabotage/sabotages.ts';
import { SqliteGround } from './sqlite-ground.ts';

/** Clients are spread over so many threads, and their clocks are right unless a row says otherwise. */
const RIGHT_CLOCKS = [0, 0];

const rate = { points: 1e9, durationMs: 1000 };

/** Nobody is refused for being many or fast: the load is the test. */
export const openDoors = {
  ...liftedLimits,
  signInPerAddress: rate,
  invitationTriesPerAddress: rate,
} satisfies Partial<Limits>;

/** Quick forms: what takes clients 30 s otherwise takes them 4 s. */
export const HASTE = 8;

/** What a stage stands on: one server on SQLite, or two on MongoDB and Redis behind a balancer. */
export type StageKind = 'sqlite' | 'nodes';

/** What is to be said of a client; the rest follows from the server. */
export type Newcomer = Pick<ClientSpec, 'kind' | 'side' | 'name'> &
  Partial<Pick<ClientSpec, 'url' | 'session' | 'headsMs' | 'recordsApplied'>> & {
    /** Where it belongs, if not to the workspace that every server starts with: see `Stage.createWorkspace`. */
    workspace?: Workspace;
  };

/** Whose conversations nobody of another one sees. */
export type Workspace = SpawnedServer['workspace'];

/** Where a row plays: one server or two, many clients, and all that they did and saw written down. */
export interface Stage {
  readonly kind: StageKind;
  readonly random: Random;
  readonly isQuick: boolean;
  /** Kept when the row fails. */
  readonly folder: string;
  /** The database file. @throws Error on two nodes. */
  readonly file: string;
  /** The server that runs, or ran last; of two nodes what stands before them. @throws Error before the first was started. */
  readonly server: SpawnedServer;
  /** The processes under it, one for each node. To start one again: `startServer`. */
  readonly servers: readonly SpawnedServer[];
  /** The nodes, and what they rest on: both run before the nodes are started. @throws Error on SQLite. */
  readonly nodes: readonly ChaosNode[];
  readonly redis: TestRedis;
  readonly mongo: TestMongo;
  /** Starts the server, or the nodes; called again, starts what does not run over the same data at the same address. */
  startServer(choice?: ServerChoice | ChoiceOf): Promise<SpawnedServer>;
  /** Makes another workspace, for rows whose people would not all know each other. */
  createWorkspace(): Promise<Workspace>;
  /** Adds a client in a thread of its own kind; `connect` it. Agents get an account unless they bring a session. */
  add(newcomer: Newcomer): Promise<ChaosClient>;
  /** Adds a bare client in this thread: for rows whose clients decide by what others were answered. */
  addHere(newcomer: Omit<Newcomer, 'kind'>): Promise<BareClient>;
  /** Everybody who was added. */
  readonly clients: readonly ChaosClient[];
  /** How far the clocks of added clients are off: of the first, the second and so on, over and over. */
  setClocks(shiftsMs: readonly number[]): void;
  /** What everybody did and saw so far. */
  history(): Promise<HistoryEntry[]>;
  /** How far each conversation goes by now. */
  heads(): Promise<Heads>;
  /** Waits until everybody has everything. */
  quiet(timeoutMs: number): Promise<{ latecomers: number; slowestMs: number }>;
  /** Called when the stage is taken down: closes what the row opened, such as proxies. */
  onEnd(close: () => unknown): void;
}

/** A stage, and its end. */
export interface OpenStage extends Stage {
  /** Lets everybody write down what they show, stops the server and compares. `null` when there was no server. */
  judge(quietMs: number): Promise<{ verdict: Verdict | null; failures: string[] }>;
  close(outcome: 'passed' | 'failed'): Promise<void>;
}

/** What a stage is opened with. */
export interface StageOptions {
  kind: StageKind;
  seed: number;
  isQuick: boolean;
  /** What its server does wrong. */
  sabotage?: SabotageName;
}

/** Opens an empty stage. */
export async function openStage(options: StageOptions): Promise<OpenStage> {
  const folder = mkdtempSync(join(tmpdir(), 'alcove-chaos-'));
  const random = createRandom(options.seed);
  const parts = { folder, random };
  const ground = options.kind === 'nodes' ? await NodesGround.open(parts) : new SqliteGround(parts);
  return new GroundedStage(options, { ...parts, ground });
}

/** How a server is started that does something wrong. */
function sabotaged(name: SabotageName): ServerChoice {
  const preload = new URL('./sabotage/preload.ts', import.meta.url).href;
  return { execArgv: ['--import', preload], env: { [SABOTAGE_VARIABLE]: name } };
}

/** An agent who looks at all of a workspace. */
interface Observer {
  workspace: Workspace;
  spec: ClientSpec;
  isGoodUntil: number;
}

/** Access tokens live a little longer. */
const TOKEN_MS = 10 * 60_000;

class GroundedStage implements OpenStage {
  readonly kind: StageKind;
  readonly random: Random;
  readonly isQuick: boolean;
  readonly folder: string;
  readonly clients: ChaosClient[] = [];
  readonly #ground: SqliteGround | NodesGround;
  readonly #historyDir: string;
  readonly #history;
  readonly #here: BareClient[] = [];
  readonly #ends: (() => unknown)[] = [];
  readonly #sabotage: SabotageName | undefined;
  #clockShiftsMs: readonly number[] = RIGHT_CLOCKS;
  #crew: Crew | undefined;
  /** By the key of the workspace: one for each. */
  readonly #observers = new Map<string, Observer>();

  constructor(
    { kind, isQuick, sabotage }: StageOptions,
    parts: { folder: string; random: Random; ground: SqliteGround | NodesGround },
  ) {
    this.kind = kind;
    this.random = parts.random;
    this.isQuick = isQuick;
    this.folder = parts.folder;
    this.#ground = parts.ground;
    this.#sabotage = sabotage;
    this.#historyDir = join(this.folder, 'history');
    mkdirSync(this.#historyDir);
    this.#history = openHistory(this.#historyDir, 'here');
    process.on('exit', this.#abandon);
  }

  get file(): string {
    if (this.#ground instanceof SqliteGround) return this.#ground.file;
    throw new Error('two nodes have no database file');
  }

  get server(): SpawnedServer {
    return this.#ground.server;
  }

  get servers(): readonly SpawnedServer[] {
    return this.#ground.servers;
  }

  get nodes(): readonly ChaosNode[] {
    return this.#nodesGround.nodes;
  }

  get redis(): TestRedis {
    return this.#nodesGround.redis;
  }

  get mongo(): TestMongo {
    return this.#nodesGround.mongo;
  }

  async startServer(choice: ServerChoice | ChoiceOf = {}): Promise<SpawnedServer> {
    const server = await this.#ground.start((index) =>
      this.#complete(typeof choice === 'function' ? choice(index) : choice),
    );
    // While the server is well.
    await this.#findObserver(server.workspace);
    return server;
  }

  async createWorkspace(): Promise<Workspace> {
    const workspace = await this.server.createWorkspace();
    await this.#findObserver(workspace);
    return workspace;
  }

  async add(newcomer: Newcomer): Promise<ChaosClient> {
    this.#crew ??= startCrew({
      folder: this.#historyDir,
      seed: this.random.seed,
      clockShiftsMs: this.#clockShiftsMs,
      haste: this.isQuick ? HASTE : 1,
    });
    const client = await this.#crew.add(await this.#introduce(newcomer));
    this.clients.push(client);
    return client;
  }

  async addHere(newcomer: Omit<Newcomer, 'kind'>): Promise<BareClient> {
    const spec = await this.#introduce({ ...newcomer, kind: 'bare' });
    const record = this.#history.recorder(spec.name);
    const client = new BareClient(spec, record, this.random.fork(spec.name));
    this.clients.push(client);
    this.#here.push(client);
    return client;
  }

  setClocks(shiftsMs: readonly number[]): void {
    this.#clockShiftsMs = shiftsMs;
  }

  async history(): Promise<HistoryEntry[]> {
    this.#history.flush();
    await this.#crew?.flush();
    return readHistories(this.#historyDir);
  }

  async heads(): Promise<Heads> {
    return (await this.#observe(false)).heads;
  }

  async quiet(timeoutMs: number): Promise<{ latecomers: number; slowestMs: number }> {
    const heads = await this.heads();
    const reached = await Promise.all(this.clients.map((client) => client.reach(heads, timeoutMs)));
    return {
      latecomers: reached.filter(({ isThere }) => !isThere).length,
      slowestMs: Math.round(Math.max(0, ...reached.map(({ ms }) => ms))),
    };
  }

  onEnd(close: () => unknown): void {
    this.#ends.push(close);
  }

  async judge(quietMs: number): Promise<{ verdict: Verdict | null; failures: string[] }> {
    if (this.#observers.size === 0) return { verdict: null, failures: [] };
    const failures: string[] = [];
    const { latecomers } = await this.quiet(quietMs);
    if (latecomers) failures.push(`${latecomers} clients had not caught up after ${quietMs} ms`);
    const record = this.#history.recorder('observer');
    const { finals } = await this.#observe(true);
    for (const final of finals) record({ type: 'final', ...final });
    await this.#dismiss();
    const stopped = await this.#ground.stop();
    failures.push(...stopped.failures);
    const { logs } = stopped;
    const seen = new Set(finals.map(({ conversation }) => conversation));
    const unseen = logs.filter(({ id }) => !seen.has(id)).length;
    if (unseen) failures.push(`${unseen} conversations are stored and in no inbox`);
    return { verdict: check(readHistories(this.#historyDir), logs), failures };
  }

  async close(outcome: 'passed' | 'failed'): Promise<void> {
    await this.#dismiss().catch(() => undefined);
    for (const end of this.#ends.splice(0)) await end();
    await this.#ground.close();
    process.off('exit', this.#abandon);
    if (outcome === 'passed') rmSync(this.folder, { recursive: true, force: true });
  }

  #complete(choice: ServerChoice): ServerChoice {
    // Hasty clients take a connection for dead sooner.
    const limits = { ...openDoors, ...(this.isQuick ? { pingIntervalMs: 1000 } : {}) };
    return {
      ...choice,
      ...(this.#sabotage && sabotaged(this.#sabotage)),
      limits: { ...limits, ...choice.limits },
    };
  }

  async #dismiss(): Promise<void> {
    await Promise.all(this.#here.splice(0).map((client) => client.close()));
    this.#history.flush();
    await this.#crew?.close();
  }

  async #introduce({ workspace, ...newcomer }: Newcomer): Promise<ClientSpec> {
    const { url, origin } = this.server;
    const home = workspace ?? this.server.workspace;
    const createSession = () => this.server.createAgent('owner', { workspace: home });
    const session = newcomer.side === 'team' ? await createSession() : undefined;
    return { origin, workspaceKey: home.key, session, ...newcomer, url: newcomer.url ?? url };
  }

  /** How far all conversations go, whichever workspace they are in, and what is in them. */
  async #observe(readsAll: boolean): Promise<{ heads: Heads; finals: Final[] }> {
    const observed = await Promise.all(
      [...this.#observers.values()].map(async ({ workspace }) => {
        const { spec } = await this.#findObserver(workspace);
        return observe(spec, this.random, readsAll);
      }),
    );
    return {
      heads: Object.assign({}, ...observed.map(({ heads }) => heads)) as Heads,
      finals: observed.flatMap(({ finals }) => finals),
    };
  }

  /** Somebody with a token that is still good. */
  async #findObserver(workspace: Workspace): Promise<Observer> {
    const known = this.#observers.get(workspace.key);
    if (known && performance.now() < known.isGoodUntil) return known;
    const { url, origin } = this.server;
    const session = await this.server.createAgent('owner', { workspace });
    const observer: Observer = {
      workspace,
      spec: {
        kind: 'bare',
        side: 'team',
        name: 'observer',
        url,
        origin,
        workspaceKey: workspace.key,
        session,
      },
      isGoodUntil: performance.now() + TOKEN_MS,
    };
    this.#observers.set(workspace.key, observer);
    return observer;
  }

  get #nodesGround(): NodesGround {
    if (this.#ground instanceof NodesGround) return this.#ground;
    throw new Error('this stage is one server on SQLite');
  }
  readonly #abandon = () => this.#ground.abandon();
}
