import { textOf } from '@alcove/protocol';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type SpawnedServer,
  spawnTestServer,
  startTestServer,
  type TestAgent,
  type TestServer,
} from '@alcove/server/testing';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAgentClient } from './agent.ts';
import type { AgentClient } from './agent-client.ts';
import { createAgentHttp } from './agent-http.ts';
import type { TimelineItem } from './conversation-state.ts';
import { createLocalStorage } from './testing/fake-browser.ts';
import { createVisitorClient } from './visitor.ts';
import type { VisitorClient } from './visitor-client.ts';

const generous = { points: 10_000, durationMs: 60_000 };
const limits = {
  visitorSends: generous,
  agentSends: generous,
  newConversationsPerAddress: generous,
  visitorSessionsPerAddress: generous,
};

const clients: { close(): Promise<void> }[] = [];
const servers: { close(): Promise<unknown> }[] = [];

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('localStorage', createLocalStorage());
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
  vi.unstubAllGlobals();
});

const until = (condition: () => boolean, timeout = 10_000) =>
  vi.waitFor(() => expect(condition()).toBe(true), { timeout, interval: 10 });

async function startServer(): Promise<TestServer> {
  const server = await startTestServer({ limits });
  servers.push(server);
  return server;
}

type AnyServer = Pick<TestServer, 'url' | 'origin' | 'workspace'>;

function asVisitor({ url, workspace }: AnyServer): VisitorClient {
  const client = createVisitorClient({ serverUrl: url, workspaceKey: workspace.key, origin: url });
  clients.push(client);
  return client;
}

function asAgent({ url, origin }: AnyServer, session: TestAgent): AgentClient {
  const client = createAgentClient({
    serverUrl: url,
    origin,
    identity: session.agent.id,
    getAccessToken: async () => session,
  });
  clients.push(client);
  client.connect();
  return client;
}

const visitorLines = (client: VisitorClient) =>
  client.timeline(client.getState().conversations[0]?.id ?? null).map(describeLine);

function describeLine(line: TimelineItem): string {
  if (line.kind !== 'message') return line.kind;
  return `${line.actor.kind}: ${textOf(line.content)} (${line.state})`;
}

describe('a visitor and an agent on a real server', { timeout: 30_000 }, () => {
  it('talk both ways, with marks, typing, unread counts and status', async () => {
    const server = await startServer();
    const agent = asAgent(server, await server.createAgent('owner', { name: 'Support' }));
    const heard: string[] = [];
    agent.on('message', ({ row }) => heard.push(row.lastMessage?.text ?? ''));
    await agent.loadInbox('all');
    await agent.loadInbox('resolved');

    const visitor = asVisitor(server);
    await visitor.identify({ name: 'Shopper', email: 'shopper@shop.example' });
    await visitor.send('hello');
    await until(() => visitor.getState().pending.length === 0);
    await until(() => agent.getState().views.all.conversationIds.length === 1);
    const [id = ''] = agent.getState().views.all.conversationIds;
    expect(heard).toEqual(['hello']);
    expect(agent.getState().rows[id]).toMatchObject({
      unread: 1,
      isVisitorOnline: true,
      contact: { name: 'Shopper', email: 'shopper@shop.example' },
    });
    expect(agent.getState().counts).toMatchObject({ all: 1, unassigned: 1, mine: 0, resolved: 0 });
    await until(() => visitorLines(visitor)[0] === 'visitor: hello (delivered)');

    await agent.openConversation(id);
    agent.markRead(id, 1);
    expect(agent.getState().rows[id]?.unread).toBe(0);
    await until(() => visitorLines(visitor)[0] === 'visitor: hello (read)');

    agent.setTyping(id, true);
    await until(() => visitor.getState().logs[id]?.typing[0]?.name === 'Support');
    await agent.send(id, 'how can I help?', { assignsSelf: true });
    await until(() => visitor.getState().unreadCount === 1);
    expect(visitor.getState().logs[id]?.typing).toEqual([]);
    expect(visitor.getState().isTeamOnline).toBe(true);
    await until(() => agent.timeline(id).map(describeLine)[1]?.endsWith('(delivered)') ?? false);
    visitor.markRead(id, 2);
    await until(() => agent.timeline(id).map(describeLine)[1]?.endsWith('(read)') ?? false);
    expect(agent.getState().rows[id]?.assignee).toEqual({ agentId: agent.getState().agent?.id });
    expect(agent.getState().counts).toMatchObject({ mine: 1, unassigned: 0 });

    await agent.resolve(id);
    await until(() => visitor.getState().conversations[0]?.status === 'resolved');
    expect(agent.getState().views.all.conversationIds).toEqual([]);
    expect(agent.getState().views.resolved.conversationIds).toEqual([id]);
    await visitor.send('one more thing');
    await until(() => agent.getState().rows[id]?.status === 'open');
    expect(agent.getState().views.all.conversationIds).toEqual([id]);
    await agent.assign(id, null);
    await until(() => agent.getState().rows[id]?.assignee === null);
    expect(agent.timeline(id).map(describeLine)).toEqual([
      'visitor: hello (sent)',
      'agent: how can I help? (read)',
      'status',
      'visitor: one more thing (sent)',
      'assignment',
    ]);
    expect(visitorLines(visitor).map((line) => line.split(' (')[0])).toEqual([
      'visitor: hello',
      'agent: how can I help?',
      'status',
      'visitor: one more thing',
    ]);
  });

  it('brings a conversation that is in no loaded view, with its row and its contact', async () => {
    const server = await startServer();
    const visitor = asVisitor(server);
    visitor.setPage({ url: 'https://shop.example/cart', title: 'Cart' });
    await visitor.send('hello');
    await until(() => visitor.getState().pending.length === 0);
    const id = visitor.getState().conversations[0]?.id ?? '';
    const agent = asAgent(server, await server.createAgent('owner'));
    await agent.openConversation(id);
    const contactId = agent.getState().rows[id]?.contact.id ?? '';
    await agent.loadContact(contactId);
    expect(agent.getState().contacts[contactId]?.page?.url).toBe('https://shop.example/cart');
    expect(agent.timeline(id).map(describeLine)).toEqual(['visitor: hello (sent)']);
    await expect(agent.openConversation('cv_unknown')).rejects.toMatchObject({ code: 'not_found' });
    expect(agent.getState().logs.cv_unknown).toBeUndefined();
  });

  it('asks over HTTP for what does not belong on a socket', async () => {
    const server = await startServer();
    const owner = await server.createAgent('owner');
    const http = createAgentHttp({
      serverUrl: server.url,
      getAccessToken: () => owner.accessToken,
    });
    expect((await http.listAgents()).map(({ id }) => id)).toContain(owner.agent.id);
    const { invitation, url } = await http.createInvitation({ role: 'agent' });
    expect(await http.listInvitations()).toContainEqual(invitation);
    const token = url.slice(url.lastIndexOf('/') + 1);
    expect(await http.lookUpInvitation({ token })).toMatchObject({ role: 'agent' });
    await http.deleteInvitation(invitation.id);
    await expect(http.lookUpInvitation({ token })).rejects.toMatchObject({ code: 'not_found' });
    await http.updateWorkspace({ name: 'Renamed' });
    expect(await http.getWorkspace()).toMatchObject({ name: 'Renamed' });
    expect(await http.updateAgent(owner.agent.id, { name: 'Support' })).toMatchObject({
      name: 'Support',
    });
    const stranger = createAgentHttp({ serverUrl: server.url, getAccessToken: () => 'nonsense' });
    await expect(stranger.listAgents()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('ends an agent’s session in words', async () => {
    const server = await startServer();
    const session = await server.createAgent('owner');
    const agent = asAgent(server, { ...session, accessToken: 'nonsense' });
    const ended = await new Promise((resolve) => agent.on('sessionEnded', resolve));
    expect(ended).toMatchObject({ message: expect.any(String) });
    expect(agent.getState().connection).toMatchObject({
      status: 'refused',
      code: 'unauthenticated',
    });
  });

  it('tells a site that may not use the workspace', async () => {
    const server = await startServer();
    const client = createVisitorClient({
      serverUrl: server.url,
      workspaceKey: server.workspace.key,
      origin: 'https://elsewhere.example',
    });
    clients.push(client);
    await client.send('hello');
    await until(() => client.getState().connection.status === 'refused');
    expect(client.getState().connection).toMatchObject({ code: 'origin_not_allowed' });
    expect(client.getState().pending).toHaveLength(1);
  });
});

describe('a server that is killed in the middle of a burst', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'alcove-sdk-'));
  let spawned: SpawnedServer | undefined;

  afterEach(async () => {
    await spawned?.kill();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('loses, doubles and reorders nothing', { timeout: 60_000 }, async () => {
    const server = await spawnTestServer({ dataDir, limits });
    spawned = server;
    const session = await server.createAgent('owner');
    const agent = asAgent(server, session);
    const visitor = asVisitor(server);
    await visitor.send('visitor 0');
    await until(() => visitor.getState().pending.length === 0);
    const id = visitor.getState().conversations[0]?.id ?? '';
    await agent.openConversation(id);
    await agent.send(id, 'agent 0');

    const count = 60;
    for (let n = 1; n < count; n++) {
      void visitor.send(`visitor ${n}`);
      void agent.send(id, `agent ${n}`);
      if (n === 20 || n === 40) {
        const held = agent.getState().logs[id]?.have ?? 0;
        await until(() => (agent.getState().logs[id]?.have ?? 0) > held);
        await spawned.kill();
        spawned = await spawnTestServer({ dataDir, limits, port: server.port });
      }
    }
    const standing = (client: VisitorClient | AgentClient) => {
      const { connection, pending, logs } = client.getState();
      return { status: connection.status, pending: pending.length, have: logs[id]?.have };
    };
    const quiet = { status: 'online', pending: 0, have: 2 * count };
    await vi.waitFor(() => expect([visitor, agent].map(standing)).toEqual([quiet, quiet]), {
      timeout: 50_000,
      interval: 50,
    });

    for (const client of [visitor, agent]) {
      const texts = client
        .timeline(id)
        .flatMap((line) => (line.kind === 'message' ? textOf(line.content) : []));
      expect(texts).toHaveLength(2 * count);
      for (const who of ['visitor', 'agent']) {
        const own = texts.filter((text) => text.startsWith(who));
        expect(own).toEqual(Array.from({ length: count }, (_, n) => `${who} ${n}`));
      }
      expect(client.getState().logs[id]?.events.map(({ seq }) => seq)).toEqual(
        Array.from({ length: 2 * count }, (_, n) => n + 1),
      );
    }
  });
});
