import {
  goldenAgentCommands,
  goldenVisitorCommands,
  type RefusedFrame,
  refusedFrames,
} from '@alcove/protocol/fixtures';
import {
  agentAckSchemas,
  agentCommandSchemas,
  parseInput,
  visitorAckSchemas,
} from '@alcove/protocol/schemas';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { AgentPrincipal, VisitorPrincipal } from '../../domain/principal.ts';
import type { ConversationStorage } from '../../storage/storage.ts';
import { StoreUnavailableError } from '../../storage/store-unavailable-error.ts';
import { callerOf, startTestGateway, type TestGateway } from '../../testing/start-test-gateway.ts';
import { wrapConversations } from '../../testing/wrap-conversations.ts';
import type { Answer } from './commands.ts';

const GENEROUS = { points: 10_000, durationMs: 10_000 };

let gateway: TestGateway;
let visitor: VisitorPrincipal;
let agent: AgentPrincipal;

beforeAll(async () => {
  gateway = await startTestGateway({
    limits: { visitorSends: GENEROUS, visitorCommands: GENEROUS },
  });
  const shop = await gateway.createWorkspace();
  visitor = await shop.addVisitor();
  agent = await shop.addAgent('Support');
});

afterAll(() => gateway.close());

const message = (clientMessageId: string) => ({
  clientConversationId: 'cl_1',
  clientMessageId,
  content: { kind: 'text', text: 'Hello' },
});

/** A gateway whose store behaves like this when a message is appended. */
async function startWithAppend(append: ConversationStorage['append'], commandDeadlineMs = 5000) {
  const broken = await startTestGateway({
    limits: { commandDeadlineMs },
    wrapStorage: (storage) => wrapConversations(storage, () => ({ append })),
  });
  onTestFinished(broken.close);
  const caller = callerOf(await (await broken.createWorkspace()).addVisitor());
  return {
    send: () => broken.commands.executeVisitor(caller, 'message.send', message('cl_1')),
    broken,
    caller,
  };
}

describe('golden frames', () => {
  /** Their ids are nobody's here: to be understood is to be told so. */
  const outcome = (answer: Answer) => (answer.ok ? 'ok' : answer.code);
  const understood = ['ok', 'not_found', 'unauthenticated'];

  it.each(goldenVisitorCommands)('of a visitor are understood: $name', async ({ frame }) => {
    const { command, payload } = frame;
    const answer = await gateway.commands.executeVisitor(callerOf(visitor), command, payload);
    expect(understood).toContain(outcome(answer));
    expect(visitorAckSchemas[command].safeParse(answer)).toMatchObject({ success: true });
  });

  it.each(goldenAgentCommands)('of an agent are understood: $name', async ({ frame }) => {
    const { command, payload } = frame;
    const answer = await gateway.commands.executeAgent(callerOf(agent), command, payload);
    // The domain's own `invalid`: places in somebody's inbox, and colleagues, that do not exist here.
    expect([...understood, 'invalid']).toContain(outcome(answer));
    expect(parseInput(agentCommandSchemas[command], payload)).toMatchObject({ ok: true });
    expect(agentAckSchemas[command].safeParse(answer)).toMatchObject({ success: true });
  });

  const refusedAt = (door: string) => refusedFrames.filter(({ frame }) => frame.door === door);
  const toRefusal = ({ code, reason }: RefusedFrame) => ({ ok: false, code, message: reason });

  it.each(refusedAt('visitor command'))('of a visitor that are wrong: $name', async (refused) => {
    const { command, payload } = refused.frame.input as { command: string; payload: unknown };
    const answer = await gateway.commands.executeVisitor(callerOf(visitor), command, payload);
    expect(answer).toMatchObject(toRefusal(refused));
  });

  it.each(refusedAt('agent command'))('of an agent that are wrong: $name', async (refused) => {
    const { command, payload } = refused.frame.input as { command: string; payload: unknown };
    const answer = await gateway.commands.executeAgent(callerOf(agent), command, payload);
    expect(answer).toMatchObject(toRefusal(refused));
  });
});

describe('a command', () => {
  it('is refused as unavailable when the store is, and logged', async () => {
    const { send, broken } = await startWithAppend(async () => {
      throw new StoreUnavailableError('append', new Error('disk full'));
    });
    const refusal = await send();
    expect(refusal).toMatchObject({ ok: false, code: 'store_unavailable', retryable: true });
    expect(refusal).toHaveProperty('retryAfterMs');
    const [line] = broken.logged.filter(({ msg }) => msg === 'the store is unavailable');
    expect(line).toMatchObject({ requestId: expect.any(String), command: 'message.send' });
  });

  it('that fails in an unforeseen way says so without saying how', async () => {
    const { send, broken } = await startWithAppend(async () => {
      throw new TypeError('password is hunter2');
    });
    const refusal = await send();
    expect(refusal).toMatchObject({ ok: false, code: 'internal', retryable: true });
    expect(JSON.stringify(refusal)).not.toContain('hunter2');
    const { requestId } = refusal as { requestId?: string };
    expect(broken.logged.find((line) => line.requestId === requestId)).toMatchObject({
      msg: 'a request failed',
      err: { message: 'password is hunter2' },
    });
  });

  it('is answered in time even when the store hangs', async () => {
    const { send } = await startWithAppend(() => new Promise(() => {}), 30);
    expect(await send()).toMatchObject({ ok: false, code: 'busy', retryable: true });
  });

  it('that was answered as late is done all the same, once', async () => {
    let finish = () => {};
    const late = await startTestGateway({
      limits: { commandDeadlineMs: 250 },
      wrapStorage: (storage) =>
        wrapConversations(storage, (conversations) => ({
          append: async (request) => {
            if (request.event.clientEventId === 'cl_late') {
              await new Promise<void>((resolve) => {
                finish = resolve;
              });
            }
            return conversations.append(request);
          },
        })),
    });
    onTestFinished(late.close);
    const caller = callerOf(await (await late.createWorkspace()).addVisitor());
    const send = () => late.commands.executeVisitor(caller, 'message.send', message('cl_late'));
    expect(await send()).toMatchObject({ code: 'busy' });
    finish();
    await late.commands.whenIdle();
    const again = send();
    await Promise.resolve().then(() => setTimeout(() => finish(), 5));
    expect(await again).toMatchObject({ ok: true, seq: 1, duplicate: true });
  });

  it('beyond what may be written at once is refused at once; what was accepted is answered, and reads go on', async () => {
    let finish = () => {};
    const stuck = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slow = await startTestGateway({
      limits: { writesInFlight: 2, visitorSends: GENEROUS },
      wrapStorage: (storage) =>
        wrapConversations(storage, (conversations) => ({
          append: async (request) => {
            await stuck;
            return conversations.append(request);
          },
        })),
    });
    onTestFinished(slow.close);
    const caller = callerOf(await (await slow.createWorkspace()).addVisitor());
    const send = (id: string) => slow.commands.executeVisitor(caller, 'message.send', message(id));
    const accepted = [send('cl_1'), send('cl_2')];
    const refused = await Promise.all([send('cl_3'), send('cl_4')]);
    for (const refusal of refused) {
      expect(refusal).toMatchObject({ ok: false, code: 'busy', retryable: true });
      expect(refusal).toHaveProperty('retryAfterMs');
    }
    const read = slow.commands.executeVisitor(caller, 'heads', { conversationIds: [] });
    expect(await read).toMatchObject({ ok: true });
    finish();
    expect(await Promise.all(accepted)).toMatchObject([
      { ok: true, seq: 1 },
      { ok: true, seq: 2 },
    ]);
    expect(await send('cl_3')).toMatchObject({ ok: true, seq: 3, duplicate: false });
  });

  it('keeps what was said and the tokens out of the log', async () => {
    const { send, broken, caller } = await startWithAppend(async () => {
      throw new Error('broken');
    });
    await send();
    await broken.commands.executeVisitor(caller, 'session.renew', { accessToken: 'planted-token' });
    const log = JSON.stringify(broken.logged);
    expect(log).not.toContain('Hello');
    expect(log).not.toContain('planted-token');
  });
});
