import { cpSync } from 'node:fs';
import { join } from 'node:path';
import {
  mongoCommand,
  type SpawnedServer,
  startMongo,
  startRedis,
  type TestMongo,
  type TestRedis,
} from '@alcove/server/testing';
import { type ChoiceOf, endWell, type Ground, type GroundOptions, killNow } from '../ground.ts';
import { type HealthCheck, openRoundRobin, type RoundRobin } from '../proxies/round-robin.ts';
import { type ChaosNode, openNode } from './node.ts';
import { readMongoLogs } from './mongo-logs.ts';

const NODES = ['A', 'B'];
/** What all nodes keep is in the database of this name. */
export const DATABASE = 'alcove';

/** As `deploy/Caddyfile` asks. */
const HEALTH: HealthCheck = { path: '/healthz', everyMs: 5000, timeoutMs: 3000 };

/** Two servers on MongoDB and Redis, behind a balancer that remembers nobody. */
export class NodesGround implements Ground {
  readonly nodes: readonly ChaosNode[];
  readonly redis: TestRedis;
  readonly mongo: TestMongo;
  readonly #balancer: RoundRobin;
  #isStarted = false;

  /** Starts MongoDB and Redis, each of this row's own, and opens the links; the nodes come with `start`. */
  static async open({ folder, random }: GroundOptions): Promise<NodesGround> {
    const command = mongoCommand();
    if (!command) throw new Error('two nodes need MongoDB, or a server that speaks its protocol');
    const [mongo, redis, balancer] = await Promise.all([
      startMongo(command),
      startRedis(),
      openRoundRobin(HEALTH),
    ]);
    const nodes = NODES.map((name) =>
      openNode({
        name: `node ${name}`,
        folder: join(folder, `node-${name.toLowerCase()}`),
        publicUrl: balancer.url,
        mongoPort: mongo.port,
        database: DATABASE,
        redisPort: redis.port,
        random: random.fork(`links of ${name}`).next,
      }),
    );
    return new NodesGround({ nodes: await Promise.all(nodes), redis, mongo, balancer });
  }

  constructor(parts: {
    nodes: readonly ChaosNode[];
    redis: TestRedis;
    mongo: TestMongo;
    balancer: RoundRobin;
  }) {
    this.nodes = parts.nodes;
    this.redis = parts.redis;
    this.mongo = parts.mongo;
    this.#balancer = parts.balancer;
  }

  /** The balancer, as if it were a server; people are made by a node that lives. */
  get server(): SpawnedServer {
    const { url, port } = this.#balancer;
    const alive = this.nodes.find((node) => node.isAlive()) ?? this.nodes[0];
    if (!this.#isStarted || !alive) throw new Error('no server was started');
    return { ...alive.server, url, port, kill: (signal) => this.#killAll(signal) };
  }

  get servers(): readonly SpawnedServer[] {
    return this.nodes.map(({ server }) => server);
  }

  async start(choiceOf: ChoiceOf): Promise<SpawnedServer> {
    // After an outage of all nodes nobody is let in before all are back.
    if (!this.nodes.some((node) => node.isAlive())) this.#balancer.setTargets([]);
    for (const [index, node] of this.nodes.entries()) {
      if (!this.#isStarted && index > 0) this.#shareKeys(node);
      if (!node.isAlive()) await node.start(choiceOf(index));
    }
    this.#isStarted = true;
    this.#balancer.setTargets(this.nodes.map(({ port }) => port));
    return this.server;
  }

  async stop() {
    const endings = this.nodes.map((node) => endWell(node, node.name));
    const failures = (await Promise.all(endings)).flat();
    return { logs: await readMongoLogs(`${this.mongo.url}/${DATABASE}`), failures };
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await Promise.all([this.#balancer.close(), this.redis.close(), this.mongo.close()]);
  }

  abandon(): void {
    for (const node of this.nodes) if (node.isAlive()) killNow(node.pid);
    // Both begin with the signal, and this process does not wait for the rest.
    void this.redis.close();
    void this.mongo.close();
  }

  /** Sessions of one node hold on all others. */
  #shareKeys(node: ChaosNode): void {
    const [first] = this.nodes;
    if (first) cpSync(first.keysFolder, node.keysFolder, { recursive: true });
  }

  async #killAll(signal?: NodeJS.Signals) {
    const endings = await Promise.all(this.nodes.map((node) => node.kill(signal)));
    return endings.find(({ code }) => code !== 0) ?? { code: 0, signal: null };
  }
}
