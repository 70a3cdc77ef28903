import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { createAgentClient } from '../agent.ts';
import type { AgentClient, AgentClientOptions } from '../agent-client.ts';
import { createVisitorClient } from '../visitor.ts';
import type { VisitorClient } from '../visitor-client.ts';
import { createLocalStorage, createWindow, type FakeWindow } from './fake-browser.ts';
import {
  createFakeServer,
  type FakeServer,
  type FakeServerOptions,
  type ReceivedCommand,
} from './fake-server.ts';
import { FAKE_AGENT } from './fake-workspace.ts';

/** The access token of every agent. */
export const AGENT_TOKEN = 'token-of-an-agent';

/** What a browser keeps of a site. */
export interface SiteData {
  indexedDB: IDBFactory;
  localStorage: Storage;
}

/** Sets the scene for every test of a file or of a `describe`, and clears it away after each. */
export function setScene(): Scene {
  const scene = new Scene();
  beforeEach(() => scene.begin());
  afterEach(() => scene.end());
  return scene;
}

/** Where the tests of a client take place: a server and a browser, fresh for each test. */
class Scene {
  #server: FakeServer | undefined;
  #siteData: SiteData | undefined;
  readonly #clients: { close(): Promise<void> }[] = [];

  get server(): FakeServer {
    return atHand(this.#server);
  }

  /** What the browser keeps. */
  get siteData(): SiteData {
    return atHand(this.#siteData);
  }

  async begin(): Promise<void> {
    this.#siteData = { indexedDB: new IDBFactory(), localStorage: createLocalStorage() };
    stubSiteData(this.#siteData);
    this.#server = await createFakeServer();
  }

  async end(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.close()));
    await this.server.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  }

  /** Puts another server in place of the present one, which ends. */
  readonly replaceServer = async (options: FakeServerOptions): Promise<void> => {
    await this.server.close();
    this.#server = await createFakeServer(options);
  };

  /** Gives the pages a window whose events a test fires. */
  readonly stubWindow = (): FakeWindow => {
    const window = createWindow();
    vi.stubGlobal('addEventListener', window.addEventListener);
    vi.stubGlobal('removeEventListener', window.removeEventListener);
    return window;
  };

  /** A page of the site, or another tab: a visitor's client of its own on what the browser keeps. */
  readonly openPage = (workspaceKey = 'wk_test'): VisitorClient => {
    const client = createVisitorClient({ serverUrl: this.server.url, workspaceKey });
    this.#clients.push(client);
    return client;
  };

  /** An agent's client, connecting. */
  readonly connectAgent = (options: Partial<AgentClientOptions> = {}): AgentClient => {
    const client = createAgentClient({
      serverUrl: this.server.url,
      identity: FAKE_AGENT.id,
      getAccessToken: async () => ({
        accessToken: AGENT_TOKEN,
        accessExpiresAt: new Date(Date.now() + 900_000).toISOString(),
      }),
      ...options,
    });
    this.#clients.push(client);
    client.connect();
    return client;
  };

  /** The commands of this name that arrived, in order. */
  readonly asked = (name: string): ReceivedCommand[] =>
    this.server.received.filter((command) => command.name === name);

  /** The words of all messages that arrived, repeats too. */
  readonly sentTexts = (): string[] =>
    this.asked('message.send').map(({ payload }) => (payload['content'] as { text: string }).text);

  /** The words of all messages that are stored. */
  readonly storedTexts = (): string[] =>
    [...this.server.workspace.conversations.values()].flatMap(({ events }) =>
      events.flatMap((event) =>
        event.type === 'message.created' && event.content.kind === 'text' ? event.content.text : [],
      ),
    );
}

function atHand<Part>(part: Part | undefined): Part {
  if (!part) throw new Error('No test is running.');
  return part;
}

/** Denies what is not given. */
export function stubSiteData({ indexedDB, localStorage }: Partial<SiteData>): void {
  vi.stubGlobal('indexedDB', indexedDB);
  vi.stubGlobal('localStorage', localStorage);
}

/** Waits for what is bound to become true. */
export async function until(condition: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(condition()).toBe(true), { timeout: 5_000, interval: 5 });
}

/** Whether this client is connected. */
export function isOnline(client: VisitorClient | AgentClient): boolean {
  return client.getState().connection.status === 'online';
}
