import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SpawnedServer, spawnTestServer } from '@alcove/server/testing';
import type { ServerChoice } from '../ground.ts';
import { now } from '../history.ts';
import { openTcpProxy, type TcpProxy } from '../proxies/tcp-proxy.ts';

/** Where a node belongs. */
export interface NodePlace {
  name: string;
  /** For its keys, its socket and its log. */
  folder: string;
  /** The address that all nodes are reached by. */
  publicUrl: string;
  mongoPort: number;
  database: string;
  redisPort: number;
  /** Makes the choices of its links. */
  random(): number;
}

/** A line of a log, and when it was written, by `now`. */
export interface LogLine {
  at: number;
  text: string;
}

/** One of several servers: a process of its own, with its own links to Redis and to the store. */
export interface ChaosNode {
  readonly name: string;
  /** Its own address, past the balancer. It stays the same over restarts. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly redisLink: TcpProxy;
  readonly storeLink: TcpProxy;
  /** All nodes need the same keys in it. */
  readonly keysFolder: string;
  /** The log so far, of all its lives. */
  readonly lines: readonly LogLine[];
  /** The process that runs, or ran last. */
  readonly server: SpawnedServer;
  isAlive(): boolean;
  start(choice?: ServerChoice): Promise<void>;
  /** Starts it again as before, but for what is given. */
  restart(change?: ServerChoice): Promise<void>;
  kill(signal?: NodeJS.Signals): ReturnType<SpawnedServer['kill']>;
  /** The text of `/metrics`. @throws Error when it does not answer within a second. */
  readMetrics(): Promise<string>;
  close(): Promise<void>;
}

const METRICS_TOKEN = 'whoever-runs-the-nodes-of-a-chaos-row';
const SCRAPE_MS = 1000;

/** Opens the links of a node; `start` it. */
export async function openNode(place: NodePlace): Promise<ChaosNode> {
  mkdirSync(place.folder, { recursive: true });
  const { random } = place;
  const [redisLink, storeLink] = await Promise.all([
    openTcpProxy({ targetPort: place.redisPort, random }),
    openTcpProxy({ targetPort: place.mongoPort, random }),
  ]);
  return new SpawnedNode(place, redisLink, storeLink);
}

class SpawnedNode implements ChaosNode {
  readonly name: string;
  readonly redisLink: TcpProxy;
  readonly storeLink: TcpProxy;
  readonly keysFolder: string;
  readonly #place: NodePlace;
  readonly #logFile: string;
  readonly #lines: LogLine[] = [];
  #readBytes = 0;
  #choice: ServerChoice = {};
  #server: SpawnedServer | undefined;

  constructor(place: NodePlace, redisLink: TcpProxy, storeLink: TcpProxy) {
    this.name = place.name;
    this.redisLink = redisLink;
    this.storeLink = storeLink;
    this.#place = place;
    this.keysFolder = join(place.folder, 'keys');
    this.#logFile = join(place.folder, 'log.jsonl');
  }

  get server(): SpawnedServer {
    if (!this.#server) throw new Error(`${this.name} was not started`);
    return this.#server;
  }

  get url(): string {
    return this.server.url;
  }

  get port(): number {
    return this.server.port;
  }

  get pid(): number {
    return this.server.pid;
  }

  get lines(): readonly LogLine[] {
    if (!existsSync(this.#logFile)) return this.#lines;
    const bytes = readFileSync(this.#logFile).subarray(this.#readBytes);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    this.#readBytes += whole.length;
    for (const text of whole.toString().split('\n')) {
      if (text !== '') this.#lines.push({ at: momentOf(text), text });
    }
    return this.#lines;
  }

  async start(choice: ServerChoice = this.#choice): Promise<void> {
    this.#choice = choice;
    const { folder, publicUrl, database } = this.#place;
    this.#server = await spawnTestServer({
      logLevel: 'info',
      metricsToken: METRICS_TOKEN,
      ...choice,
      dataDir: folder,
      databaseUrl: `mongodb://127.0.0.1:${this.storeLink.port}/${database}`,
      redisUrl: `redis://127.0.0.1:${this.redisLink.port}`,
      publicUrl,
      logFile: this.#logFile,
      port: this.#server?.port ?? 0,
    });
  }

  restart(change?: ServerChoice): Promise<void> {
    return this.start({ ...this.#choice, ...change });
  }

  kill(signal?: NodeJS.Signals): ReturnType<SpawnedServer['kill']> {
    return this.server.kill(signal);
  }

  isAlive(): boolean {
    if (!this.#server) return false;
    try {
      return process.kill(this.pid, 0);
    } catch {
      return false;
    }
  }

  async readMetrics(): Promise<string> {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    const signal = AbortSignal.timeout(SCRAPE_MS);
    const response = await fetch(`${this.url}/metrics`, { headers, signal });
    if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
    return await response.text();
  }

  async close(): Promise<void> {
    await this.#server?.kill();
    await Promise.all([this.redisLink.close(), this.storeLink.close()]);
  }
}

/** Log lines bear the wall clock's time; histories count by another clock. */
function momentOf(line: string): number {
  const { time } = JSON.parse(line) as { time: string };
  return now() - (Date.now() - Date.parse(time));
}
