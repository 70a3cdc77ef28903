import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentRole, type AgentSession, HTTP_PATHS } from '@alcove/protocol';
import { agentAckSchemas, agentSessionSchema } from '@alcove/protocol/schemas';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { TestAgent } from '../../testing/factories.ts';
import { type Answer, type RequestOptions, sendRequest } from '../../testing/send-request.ts';
import { startTestServer, type TestServer } from '../../testing/start-test-server.ts';
import { createTestClock } from '../../testing/test-clock.ts';

const many = { points: 1_000_000, durationMs: 1000 };
const unlimited = {
  signInPerAddress: many,
  signInPerAccount: [many],
  invitationTriesPerAddress: many,
};
const clock = createTestClock();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ clock, limits: unlimited });
});
afterAll(() => server.close());

const ask = (path: string, options: RequestOptions = {}) =>
  sendRequest(server.url + path, {
    ...options,
    headers: { origin: server.origin, ...options.headers },
  });
const signIn = (email: string, password: string) =>
  ask(HTTP_PATHS.session, { method: 'POST', body: { email, password } });
const refresh = (cookie: string) =>
  ask(HTTP_PATHS.sessionRefresh, { method: 'POST', headers: { cookie } });
const as = (
  { accessToken }: Pick<AgentSession, 'accessToken'>,
  method: string,
  path: string,
  body?: object,
) => ask(path, { method, body, headers: { authorization: `Bearer ${accessToken}` } });
const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.[0]?.split(';')[0] ?? '';

describe('signing in', () => {
  test('gives a session in the body and the refresh token in a cookie that no script reads', async () => {
    const { email, password, agent } = await server.createAgent('owner');
    const answer = await signIn(`  ${email.toUpperCase()} `, password);
    expect(answer.status).toBe(200);
    expect(agentSessionSchema.parse(answer.json)).toMatchObject({
      agent,
      workspace: { id: server.workspace.id },
    });
    expect(answer.text).not.toContain(cookieOf(answer).split('=')[1]);
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^alcove=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
  });

  test('answers a wrong password and an unknown address alike', async () => {
    const { email } = await server.createAgent();
    const wrong = await signIn(email, 'not the password');
    const unknown = await signIn('nobody@example.com', 'not the password');
    const { requestId: _wrong, ...first } = wrong.json ?? {};
    const { requestId: _unknown, ...second } = unknown.json ?? {};
    expect(wrong.status).toBe(401);
    expect(unknown.status).toBe(401);
    expect(first).toEqual(second);
    expect(wrong.headers['set-cookie']).toBeUndefined();
  });

  test('takes the same password however its characters are composed', async () => {
    const { email } = await server.createAgent('agent', { password: 'caf\u00e9 au lait' });
    expect((await signIn(email, 'cafe\u0301 au lait')).status).toBe(200);
  });

  test('is for the console only', async () => {
    const { email, password } = await server.createAgent();
    for (const headers of [{ origin: 'https://attacker.example' }, { origin: 'null' }]) {
      const answer = await ask(HTTP_PATHS.session, {
        method: 'POST',
        body: { email, password },
        headers,
      });
      expect(answer).toMatchObject({ status: 403, json: { code: 'origin_not_allowed' } });
    }
    const absent = await sendRequest(server.url + HTTP_PATHS.session, {
      method: 'POST',
      body: { email, password },
    });
    expect(absent.status).toBe(403);
  });

  test('takes no plain text, which any page could send without asking', async () => {
    const { email, password } = await server.createAgent();
    const answer = await ask(HTTP_PATHS.session, {
      method: 'POST',
      body: JSON.stringify({ email, password }),
      headers: { 'content-type': 'text/plain' },
    });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid' } });
  });

  test('slows down whoever guesses at one account, and does not tell whether it exists', async () => {
    const limited = await startTestServer();
    try {
      const { email } = await limited.createAgent();
      const guess = async (address: string) => {
        const answers = [];
        for (let index = 0; index < 7; index++) {
          answers.push(
            await sendRequest(limited.url + HTTP_PATHS.session, {
              method: 'POST',
              body: { email: address, password: `guess ${index}` },
              headers: { origin: limited.origin },
            }),
          );
        }
        return answers;
      };
      const [known, unknown] = [await guess(email), await guess('nobody@example.com')];
      expect(known.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429]);
      expect(unknown.map(({ status }) => status)).toEqual(known.map(({ status }) => status));
      expect(Number(known[6]?.headers['retry-after'])).toBeGreaterThan(0);
      expect(known[6]?.json?.['message']).toMatch(/Try again in \d+ seconds/);
    } finally {
      await limited.close();
    }
  });

  test('is limited for an address, however many accounts it tries', async () => {
    const limited = await startTestServer({
      limits: { signInPerAddress: { points: 4, durationMs: 60_000 } },
    });
    try {
      const statuses = [];
      for (let index = 0; index < 6; index++) {
        const answer = await sendRequest(limited.url + HTTP_PATHS.session, {
          method: 'POST',
          body: { email: `person-${index}@example.com`, password: 'guess' },
          headers: { origin: limited.origin, 'x-forwarded-for': `203.0.113.${index}` },
        });
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([401, 401, 401, 401, 429, 429]);
    } finally {
      await limited.close();
    }
  });
});

describe('signing in while the password is being set anew', () => {
  /** Holds whoever comes next at the look for the account's agents: by then its password was found right. */
  async function startRace() {
    const held = { next: Promise.resolve(), reach: () => {} };
    const racing = await startTestServer({
      limits: unlimited,
      wrapStorage: (storage) => ({
        ...storage,
        directory: {
          ...storage.directory,
          accounts: {
            ...storage.directory.accounts,
            async memberships(accountId) {
              const until = held.next;
              held.next = Promise.resolve();
              held.reach();
              await until;
              return storage.directory.accounts.memberships(accountId);
            },
          },
        },
      }),
    });
    onTestFinished(racing.close);
    const { email, password } = await racing.createAgent();
    const post = (path: string, body: object) =>
      sendRequest(racing.url + path, {
        method: 'POST',
        body: { email, ...body },
        headers: { origin: racing.origin },
      });
    /** Lets `act` go on only when the account has another password. */
    const overtake = async <Result>(act: () => Promise<Result>): Promise<Result> => {
      let letGo = () => {};
      const arrived = new Promise<void>((resolve) => {
        held.reach = resolve;
      });
      held.next = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const late = act();
      await arrived;
      await racing.execute('agent.set-password', { email, password: 'another password' });
      letGo();
      return late;
    };
    return { racing, password, post, overtake };
  }

  test('does not outlive the old password', async () => {
    const { password, post, overtake } = await startRace();
    const late = await overtake(() => post(HTTP_PATHS.session, { password }));
    expect(late).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    const next = await post(HTTP_PATHS.session, { password: 'another password' });
    expect(next.status).toBe(200);
  });

  test('nor does joining a second workspace', async () => {
    const { racing, password, post, overtake } = await startRace();
    const { key } = await racing.createWorkspace();
    const { url } = await racing.execute('agent.invite', { workspace: key, role: 'agent' });
    const join = { token: url.slice(url.lastIndexOf('/') + 1), name: 'Helpdesk', password };
    const late = await overtake(() => post(HTTP_PATHS.invitationAccept, join));
    expect(late).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
  });
});

describe('commands over HTTP', () => {
  const command = (agent: TestAgent, name: string, payload: object) =>
    as(agent, 'POST', HTTP_PATHS.agentCommands, { command: name, payload });

  test('do what the socket does, and answer its acks', async () => {
    const agent = await server.createAgent();
    const listed = await command(agent, 'inbox.list', { view: 'all' });
    expect(listed.status).toBe(200);
    expect(agentAckSchemas['inbox.list'].parse(listed.json)).toEqual(listed.json);
    expect(listed.headers['cache-control']).toBe('no-store');

    const { accessToken } = await server.createVisitorSession();
    const ids = { clientConversationId: 'cl_http', clientMessageId: 'cl_http' };
    const sent = await ask(HTTP_PATHS.visitorCommands, {
      method: 'POST',
      headers: { origin: server.url, authorization: `Bearer ${accessToken}` },
      body: { command: 'message.send', payload: { ...ids, content: { kind: 'text', text: 'Hi' } } },
    });
    const conversationId = sent.json?.['conversationId'];
    const answer = {
      conversationId,
      clientMessageId: 'cl_answer',
      content: { kind: 'text', text: 'Hello' },
    };
    expect((await command(agent, 'message.send', answer)).json).toMatchObject({
      ok: true,
      seq: 2,
      duplicate: false,
    });
    expect((await command(agent, 'message.send', answer)).json).toMatchObject({
      seq: 2,
      duplicate: true,
    });
    const assigned = {
      conversationId,
      clientEventId: 'cl_a',
      assignee: { agentId: agent.agent.id },
    };
    expect((await command(agent, 'conversation.assign', assigned)).json).toMatchObject({ seq: 3 });
  });

  test('are refused as on the socket, with the status of the code', async () => {
    const agent = await server.createAgent();
    expect(await command(agent, 'sync', { conversationId: 'cv_none', since: 0 })).toMatchObject({
      status: 404,
      json: { ok: false, code: 'not_found', requestId: expect.any(String) },
    });
    expect(
      await command(agent, 'page.visit', { url: 'https://x.example', title: '' }),
    ).toMatchObject({ status: 400, json: { code: 'invalid' } });
  });

  test('need a token of an agent, and end with the session', async () => {
    const { accessToken } = await server.createVisitorSession();
    const body = { command: 'heads', payload: { conversationIds: [] } };
    const strangers: Record<string, string>[] = [{}, { authorization: `Bearer ${accessToken}` }];
    for (const headers of strangers) {
      expect(await ask(HTTP_PATHS.agentCommands, { method: 'POST', body, headers })).toMatchObject({
        status: 401,
        json: { code: 'unauthenticated' },
      });
    }
    const agent = await server.createAgent();
    expect((await command(agent, 'heads', { conversationIds: [] })).status).toBe(200);
    await as(agent, 'DELETE', HTTP_PATHS.sessions);
    expect((await command(agent, 'heads', { conversationIds: [] })).status).toBe(401);
  });
});

describe('a session', () => {
  test('is renewed by its cookie, which is replaced', async () => {
    const { cookie, agent } = await server.createAgent();
    const answer = await refresh(cookie);
    expect(answer).toMatchObject({ status: 200, json: { agent: { id: agent.id } } });
    expect(cookieOf(answer)).not.toBe(cookie);
    expect((await refresh(cookieOf(answer))).status).toBe(200);
  });

  test('survives a hundred tabs that renew it at the same time', async () => {
    const { cookie } = await server.createAgent();
    const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(cookie)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(cookieOf)).size).toBe(1);
  });

  test('gives a tab that is a second late the token that is in use by now', async () => {
    const { cookie } = await server.createAgent();
    const second = cookieOf(await refresh(cookie));
    const third = cookieOf(await refresh(second));
    clock.advance(1000);
    expect(cookieOf(await refresh(cookie))).toBe(third);
    clock.advance(60_000);
    expect((await refresh(third)).status).toBe(200);
  });

  test('ends for everybody when a token is used again after the grace of ten seconds', async () => {
    const { cookie, accessToken } = await server.createAgent();
    const stolen = cookie;
    const current = cookieOf(await refresh(cookie));
    clock.advance(11_000);
    const reuse = await refresh(stolen);
    expect(reuse).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
    expect(reuse.headers['set-cookie']?.[0]).toMatch(/^alcove=; .*Expires=Thu, 01 Jan 1970/);
    expect((await refresh(current)).status).toBe(401);
    expect((await as({ accessToken }, 'GET', HTTP_PATHS.agents)).status).toBe(401);
  });

  test('ends after 30 days without a visit', async () => {
    const { cookie } = await server.createAgent();
    clock.advance(31 * 24 * 60 * 60_000);
    expect((await refresh(cookie)).status).toBe(401);
  });

  test('cannot be renewed from another site, or by a visitor', async () => {
    const { cookie } = await server.createAgent();
    const foreign = await ask(HTTP_PATHS.sessionRefresh, {
      method: 'POST',
      headers: { cookie, origin: 'https://attacker.example' },
    });
    expect(foreign.status).toBe(403);
    const { refreshToken } = await server.createVisitorSession();
    expect((await refresh(`alcove=${refreshToken}`)).status).toBe(401);
    // Nor does the visitor lose anything by it.
    await server.createVisitorSession(server.url, { refreshToken });
    expect((await refresh('')).status).toBe(401);
    expect((await refresh(cookie)).status).toBe(200);
  });

  test('is over at once after signing out', async () => {
    const { cookie, accessToken } = await server.createAgent();
    const out = await ask(HTTP_PATHS.session, { method: 'DELETE', headers: { cookie } });
    expect(out.status).toBe(204);
    expect(cookieOf(out)).toBe('alcove=');
    expect((await refresh(cookie)).status).toBe(401);
    expect((await as({ accessToken }, 'GET', HTTP_PATHS.agents)).status).toBe(401);
  });

  test('is over everywhere after signing out everywhere, and nobody else is', async () => {
    const [agent, colleague] = [await server.createAgent(), await server.createAgent()];
    const elsewhere = await signIn(agent.email, agent.password);
    expect((await as(agent, 'DELETE', HTTP_PATHS.sessions)).status).toBe(204);
    expect((await refresh(cookieOf(elsewhere))).status).toBe(401);
    expect((await refresh(agent.cookie)).status).toBe(401);
    expect((await refresh(colleague.cookie)).status).toBe(200);
  });

  test('is known to the store by hashes only, and so are passwords and invitations', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'alcove-secrets-'));
    const kept = await startTestServer({ dataDir, clock });
    try {
      const { cookie, accessToken, password, email } = await kept.createAgent('owner');
      const { refreshToken } = await kept.createVisitorSession();
      const { url } = await kept.execute('agent.invite', { role: 'agent' });
      await kept.close();
      const stored = readdirSync(dataDir, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => readFileSync(join(dataDir, name), 'latin1'))
        .join('');
      expect(stored).toContain(email);
      for (const secret of [
        cookie.split('=')[1] ?? '',
        accessToken,
        password,
        refreshToken,
        tokenOf(url),
      ]) {
        expect(secret.length).toBeGreaterThan(9);
        expect(stored).not.toContain(secret);
        expect(kept.logged.join('')).not.toContain(secret);
      }
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

describe('the cookie', () => {
  const secure = { config: { publicUrl: new URL('https://chat.example.com') }, limits: unlimited };

  test('is bound to the host over https', async () => {
    const behindTls = await startTestServer(secure);
    try {
      const { email, password } = await createAgentThrough(behindTls, 'chat.example.com');
      const answer = await sendRequest(behindTls.url + HTTP_PATHS.session, {
        method: 'POST',
        body: { email, password },
        headers: { host: 'chat.example.com', origin: 'https://chat.example.com' },
      });
      expect(answer.headers['set-cookie']?.[0]).toMatch(
        /^__Host-alcove=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
      );
      expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    } finally {
      await behindTls.close();
    }
  });

  test('is not set over plain http through a network', async () => {
    const { email, password } = await server.createAgent();
    const answer = await ask(HTTP_PATHS.session, {
      method: 'POST',
      body: { email, password },
      headers: { host: '192.168.1.5:3000' },
    });
    expect(answer).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    expect(answer.json?.['message']).toContain('https');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('is not made secure by a header that nobody vouches for', async () => {
    const { email, password } = await server.createAgent();
    const answer = await ask(HTTP_PATHS.session, {
      method: 'POST',
      body: { email, password },
      headers: { host: '192.168.1.5:3000', 'x-forwarded-proto': 'https' },
    });
    expect(answer.status).toBe(403);
  });
});

/** Accepting an invitation sets a cookie too, so it goes the way of a browser. */
async function createAgentThrough(target: TestServer, host: string) {
  const { url } = await target.execute('agent.invite', { role: 'owner' });
  const person = { name: 'Support', email: 'support@example.com', password: 'long enough' };
  await sendRequest(target.url + HTTP_PATHS.invitationAccept, {
    method: 'POST',
    body: { ...person, token: tokenOf(url) },
    headers: { host, origin: target.origin },
  });
  return person;
}

function tokenOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

describe('invitations', () => {
  const lookUp = (token: string) =>
    ask(HTTP_PATHS.invitationLookup, { method: 'POST', body: { token } });
  const accept = (token: string, person: object = {}) =>
    ask(HTTP_PATHS.invitationAccept, {
      method: 'POST',
      body: {
        token,
        name: 'Newcomer',
        email: `noor-${Math.random()}@example.com`,
        password: 'long enough',
        ...person,
      },
    });
  const invite = async (by: TestAgent, role = 'agent') => {
    const answer = await as(by, 'POST', HTTP_PATHS.invitations, { role });
    expect(answer.status).toBe(201);
    return answer.json as { invitation: { id: string }; url: string };
  };
  let owner: TestAgent;
  beforeAll(async () => {
    owner = await server.createAgent('owner');
  });

  test('are a link whose secret no browser sends along', async () => {
    const { url } = await invite(owner);
    expect(url).toMatch(new RegExp(`^${server.origin}/console/#/join/[\\w-]{43}$`));
  });

  test('say what they are for, and let one person in', async () => {
    const { url } = await invite(owner, 'admin');
    const details = await lookUp(tokenOf(url));
    expect(details).toMatchObject({
      status: 200,
      json: { workspaceName: 'My workspace', role: 'admin' },
    });
    const joined = await accept(tokenOf(url));
    expect(joined).toMatchObject({
      status: 200,
      json: { agent: { name: 'Newcomer', role: 'admin' } },
    });
    expect((await refresh(cookieOf(joined))).status).toBe(200);
    expect((await accept(tokenOf(url))).status).toBe(404);
    expect((await lookUp(tokenOf(url))).status).toBe(404);
  });

  test('let one of two in who come at the same time', async () => {
    const { url } = await invite(owner);
    const answers = await Promise.all([accept(tokenOf(url)), accept(tokenOf(url))]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 404]));
  });

  test('end after seven days', async () => {
    const { url } = await invite(owner);
    clock.advance(7 * 24 * 60 * 60_000 + 1000);
    expect((await accept(tokenOf(url))).status).toBe(404);
    owner = await server.createAgent('owner');
  });

  test('are listed without their secret, and can be withdrawn', async () => {
    const { url, invitation } = await invite(owner);
    const list = await as(owner, 'GET', HTTP_PATHS.invitations);
    expect(list.json?.['invitations']).toContainEqual(invitation);
    expect(list.text).not.toContain(tokenOf(url));
    const path = `${HTTP_PATHS.invitations}/${invitation.id}`;
    expect((await as(owner, 'DELETE', path)).status).toBe(204);
    expect((await as(owner, 'DELETE', path)).status).toBe(404);
    expect((await accept(tokenOf(url))).status).toBe(404);
  });

  test('stay good when something about the person can be mended', async () => {
    const { url } = await invite(owner);
    const short = await accept(tokenOf(url), { password: 'short' });
    expect(short).toMatchObject({ status: 400, json: { code: 'invalid' } });
    expect(short.json?.['message']).toBe('password must be at least 10 characters long.');
    const taken = await accept(tokenOf(url), { email: owner.email });
    expect(taken).toMatchObject({ status: 409, json: { code: 'conflict' } });
    expect((await accept(tokenOf(url))).status).toBe(200);
  });

  test('let somebody with an account into a second workspace, by the password they have', async () => {
    const other = await server.createWorkspace('Second');
    const { email, password } = await server.createAgent('agent');
    const { url } = await server.execute('agent.invite', { workspace: other.key, role: 'admin' });
    const guessed = await accept(tokenOf(url), { email, password: 'a guess, no more' });
    expect(guessed.status).toBe(409);
    const joined = await accept(tokenOf(url), { email, password });
    expect(joined).toMatchObject({
      status: 200,
      json: { workspace: { id: other.id }, agent: { role: 'admin' } },
    });
  });

  test('let a newcomer into two workspaces at the same moment, who gives the same password to both', async () => {
    const other = await server.createWorkspace('Third');
    const links = [
      await invite(owner),
      await server.execute('agent.invite', { workspace: other.key, role: 'agent' }),
    ];
    const email = 'two-links@chat.example';
    const joined = await Promise.all(links.map(({ url }) => accept(tokenOf(url), { email })));
    expect(joined.map(({ status }) => status)).toEqual([200, 200]);
    expect(joined[1]?.json).toMatchObject({ workspace: { id: other.id } });
    expect(joined[0]?.json).not.toMatchObject({ workspace: { id: other.id } });
  });

  test('are made by owners and admins; an owner by owners only', async () => {
    const [admin, agent] = [await server.createAgent('admin'), await server.createAgent('agent')];
    const make = (by: TestAgent, role: string) => as(by, 'POST', HTTP_PATHS.invitations, { role });
    expect((await make(agent, 'agent')).status).toBe(403);
    expect((await make(admin, 'admin')).status).toBe(201);
    expect((await make(admin, 'owner')).status).toBe(403);
    expect((await make(owner, 'owner')).status).toBe(201);
    expect((await make(owner, 'visitor')).status).toBe(400);
    expect((await as(agent, 'GET', HTTP_PATHS.invitations)).status).toBe(403);
  });

  test('cannot be guessed in numbers', async () => {
    const limited = await startTestServer({
      limits: { invitationTriesPerAddress: { points: 2, durationMs: 60_000 } },
    });
    try {
      const statuses = [];
      for (let index = 0; index < 3; index++) {
        const answer = await sendRequest(limited.url + HTTP_PATHS.invitationLookup, {
          method: 'POST',
          body: { token: `guess-${index}` },
        });
        statuses.push(answer.status);
      }
      expect(statuses).toEqual([404, 404, 429]);
    } finally {
      await limited.close();
    }
  });

  test('do not help to guess the password of an account', async () => {
    const limits = { ...unlimited, signInPerAccount: [{ points: 3, durationMs: 60_000 }] };
    const limited = await startTestServer({ limits });
    try {
      const { email, password } = await limited.createAgent();
      const workspace = await limited.createWorkspace('A trap');
      const { url } = await limited.execute('agent.invite', {
        workspace: workspace.key,
        role: 'agent',
      });
      const tryPassword = (guess: string) =>
        sendRequest(limited.url + HTTP_PATHS.invitationAccept, {
          method: 'POST',
          body: { token: tokenOf(url), name: 'Intruder', email, password: guess },
          headers: { origin: limited.origin },
        });
      // Accepting her own invitation was the first of three.
      expect((await tryPassword('a first guess')).status).toBe(409);
      expect((await tryPassword('a second guess')).status).toBe(409);
      expect((await tryPassword(password)).status).toBe(429);
    } finally {
      await limited.close();
    }
  });

  test('of the first owner end after 15 minutes, and replace earlier ones', async () => {
    const fresh = await startTestServer({ clock, limits: unlimited });
    try {
      const look = (url: string) =>
        sendRequest(fresh.url + HTTP_PATHS.invitationLookup, {
          method: 'POST',
          body: { token: tokenOf(url) },
        });
      const first = await fresh.execute('owner.invite', {});
      const second = await fresh.execute('owner.invite', {});
      expect((await look(first?.url ?? '')).status).toBe(404);
      expect((await look(second?.url ?? '')).json).toMatchObject({ role: 'owner' });
      clock.advance(15 * 60_000 + 1000);
      expect((await look(second?.url ?? '')).status).toBe(404);
      await fresh.createAgent('owner');
      expect(await fresh.execute('owner.invite', {})).toBeNull();
    } finally {
      await fresh.close();
    }
  });
});

describe('colleagues', () => {
  const change = (by: TestAgent, { agent }: TestAgent, body: object) =>
    as(by, 'PATCH', `${HTTP_PATHS.agents}/${agent.id}`, body);
  let house: TestServer;
  let owner: TestAgent;
  let admin: TestAgent;
  let agent: TestAgent;
  beforeAll(async () => {
    house = server;
    server = await startTestServer({ clock, limits: unlimited });
    const come = async (role: AgentRole) => {
      clock.advance(1000);
      return server.createAgent(role);
    };
    [owner, admin, agent] = [await come('owner'), await come('admin'), await come('agent')];
  });
  afterAll(async () => {
    await server.close();
    server = house;
  });

  test('are listed for everybody, oldest first', async () => {
    const answer = await as(agent, 'GET', HTTP_PATHS.agents);
    expect(answer.json).toEqual({ agents: [owner.agent, admin.agent, agent.agent] });
  });

  test('change their own name, and nothing else about themselves', async () => {
    expect((await change(agent, agent, { name: 'Renamed' })).json).toMatchObject({
      agent: { name: 'Renamed' },
    });
    expect((await change(agent, agent, { role: 'owner' })).status).toBe(403);
    expect((await change(agent, admin, { name: 'x' })).status).toBe(403);
    expect((await change(admin, admin, { isDisabled: true })).status).toBe(403);
    expect((await change(owner, owner, { isDisabled: true })).status).toBe(403);
  });

  test('are managed by admins, except for owners', async () => {
    expect((await change(admin, agent, { role: 'admin' })).status).toBe(200);
    expect((await change(admin, agent, { role: 'agent' })).status).toBe(200);
    expect((await change(admin, agent, { role: 'owner' })).status).toBe(403);
    expect((await change(admin, owner, { isDisabled: true })).status).toBe(403);
    expect((await change(admin, owner, { name: 'x' })).status).toBe(403);
    expect((await change(admin, admin, { role: 'owner' })).status).toBe(403);
  });

  test('never lose their last owner', async () => {
    const refusal = await change(owner, owner, { role: 'admin' });
    expect(refusal).toMatchObject({ status: 409, json: { code: 'conflict' } });
    expect(refusal.json?.['message']).toContain('only owner');

    const second = await server.createAgent('owner');
    const both = await Promise.all([
      change(owner, second, { role: 'admin' }),
      change(second, owner, { role: 'admin' }),
    ]);
    const statuses = both.map(({ status }) => status);
    expect(statuses).toContain(200);
    const left = await server.execute('agent.list', {});
    const owners = left.filter(({ role }) => role === 'owner');
    expect(owners).toHaveLength(1);
  });

  test('who are switched off are out at once, and told why when they come back', async () => {
    const [boss, leaving] = [await server.createAgent('admin'), await server.createAgent('agent')];
    expect((await change(boss, leaving, { isDisabled: true })).json).toMatchObject({
      agent: { isDisabled: true },
    });
    expect((await as(leaving, 'GET', HTTP_PATHS.agents)).status).toBe(401);
    expect((await refresh(leaving.cookie)).status).toBe(401);
    expect(await signIn(leaving.email, leaving.password)).toMatchObject({
      status: 403,
      json: { message: expect.stringContaining('switched off') },
    });
    expect((await signIn(leaving.email, 'not the password')).status).toBe(401);
    expect((await change(boss, leaving, { isDisabled: false })).status).toBe(200);
    expect((await signIn(leaving.email, leaving.password)).status).toBe(200);
  });

  test('whose role changes have it from their next request on', async () => {
    const [boss, rising] = [await server.createAgent('admin'), await server.createAgent('agent')];
    expect((await as(rising, 'GET', HTTP_PATHS.invitations)).status).toBe(403);
    await change(boss, rising, { role: 'admin' });
    expect((await as(rising, 'GET', HTTP_PATHS.invitations)).status).toBe(200);
  });

  test.each([
    {},
    { role: 'god' },
    { isDisabled: 'yes' },
    { name: ' ' },
    { email: 'x@example.com' },
  ])('are not changed by %j', async (body) => {
    expect((await change(admin, agent, body)).status).toBe(400);
  });
});

describe('a workspace', () => {
  test('is seen by its agents and changed by those who manage it', async () => {
    const [admin, agent] = [await server.createAgent('admin'), await server.createAgent('agent')];
    const change = (by: TestAgent, body: object) => as(by, 'PATCH', HTTP_PATHS.workspace, body);
    expect((await change(agent, { name: 'x' })).status).toBe(403);
    const changed = await change(admin, {
      name: 'The shop',
      look: { colour: '#FFCC00' },
      allowedOrigins: ['https://shop.example/', 'https://shop.example', 'http://localhost:8080'],
    });
    expect(changed).toMatchObject({
      status: 200,
      json: {
        workspace: {
          name: 'The shop',
          look: { colour: '#ffcc00', side: 'end', theme: 'auto' },
          allowedOrigins: ['https://shop.example', 'http://localhost:8080'],
        },
      },
    });
    expect((await as(agent, 'GET', HTTP_PATHS.workspace)).json).toEqual(changed.json);
    await change(admin, { name: 'My workspace', allowedOrigins: [] });
  });

  test.each([
    { allowedOrigins: ['*'] },
    { allowedOrigins: ['https://*'] },
    { allowedOrigins: ['https://*.example'] },
    { allowedOrigins: ['shop.example'] },
    { look: { colour: 'red' } },
    { look: { theme: 'pink' } },
    { key: 'wk_mine' },
  ])('does not take %j', async (body) => {
    const admin = await server.createAgent('admin');
    expect((await as(admin, 'PATCH', HTTP_PATHS.workspace, body)).status).toBe(400);
  });
});

describe('two workspaces', () => {
  test('never meet: whatever is named of the other is as if it did not exist', async () => {
    const other = await server.createWorkspace('Other');
    const [here, there] = [
      await server.createAgent('owner'),
      await server.createAgent('owner', { workspace: other }),
    ];
    const invited = await as(there, 'POST', HTTP_PATHS.invitations, { role: 'agent' });
    const { invitation } = invited.json as { invitation: { id: string } };

    const foreign = await as(here, 'PATCH', `${HTTP_PATHS.agents}/${there.agent.id}`, {
      name: 'x',
    });
    const absent = await as(here, 'PATCH', `${HTTP_PATHS.agents}/ag_nobody`, { name: 'x' });
    expect(foreign.status).toBe(404);
    expect(foreign.json?.['message']).toBe(absent.json?.['message']);
    const path = `${HTTP_PATHS.invitations}/${invitation.id}`;
    expect((await as(here, 'DELETE', path)).status).toBe(404);
    expect((await as(there, 'DELETE', path)).status).toBe(204);

    const list = await as(here, 'GET', HTTP_PATHS.agents);
    expect(list.text).not.toContain(there.agent.id);
    expect(list.text).not.toContain(there.email);
    expect((await as(there, 'GET', HTTP_PATHS.agents)).json).toEqual({ agents: [there.agent] });
    expect((await as(there, 'GET', HTTP_PATHS.workspace)).json).toMatchObject({
      workspace: { id: other.id },
    });
  });
});

test.each([
  ['GET', HTTP_PATHS.workspace],
  ['PATCH', HTTP_PATHS.workspace],
  ['GET', HTTP_PATHS.agents],
  ['PATCH', `${HTTP_PATHS.agents}/ag_1`],
  ['GET', HTTP_PATHS.invitations],
  ['POST', HTTP_PATHS.invitations],
  ['DELETE', `${HTTP_PATHS.invitations}/in_1`],
  ['DELETE', HTTP_PATHS.sessions],
])('%s %s is closed to whoever has no token, and to visitors', async (method, path) => {
  const { accessToken } = await server.createVisitorSession();
  const body = method === 'GET' || method === 'DELETE' ? undefined : {};
  expect((await ask(path, { method, body })).status).toBe(401);
  expect((await as({ accessToken }, method, path, body)).status).toBe(401);
});

test('no secret that went through any of this stands in the log', async () => {
  const canary = 'canary-7f3a';
  await signIn(`${canary}@example.com`, `${canary} password`);
  await refresh(`alcove=${canary}`);
  await as({ accessToken: canary }, 'GET', `${HTTP_PATHS.agents}?token=${canary}`);
  await ask(HTTP_PATHS.invitationLookup, { method: 'POST', body: { token: canary } });
  await ask(HTTP_PATHS.session, {
    method: 'POST',
    body: `{"password":"${canary}`,
    headers: { 'content-type': 'application/json' },
  });
  const log = server.logged.join('');
  expect(log).toContain(HTTP_PATHS.invitationLookup);
  expect(log).not.toContain(canary);
  expect(log).not.toContain('@example.com');
});
