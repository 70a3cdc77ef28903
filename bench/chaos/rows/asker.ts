import { setTimeout as sleep } from 'node:timers/promises';
import { type Appended, createId } from '@alcove/protocol';
import { connect, openConversation, type Person } from '../../people.ts';
import type { Stage } from '../stage.ts';

/** Between two questions. */
export const PAUSE_MS = 50;

/** Somebody who asks once and repeats nothing. */
export interface Asker {
  person: Person;
  conversationId: string;
}

/** Somebody new, on the first node. */
export async function join({ server, nodes }: Stage): Promise<Asker> {
  const { accessToken } = await server.createVisitorSession(server.origin);
  const { url } = nodes[0] ?? server;
  const person = await connect({ ...server, url }, 'visitor', accessToken);
  return { person, conversationId: (await openConversation(person)).conversationId };
}

/** What came of it, and when. */
export interface Answer {
  outcome: string;
  ms: number;
}

/** Sends one message. */
export async function ask({ person, conversationId }: Asker): Promise<Answer> {
  const askedAt = performance.now();
  const content = { kind: 'text', text: 'anybody there?' };
  const message = { conversationId, clientMessageId: createId('cl'), content };
  const outcome = await person.ask<Appended>('message.send', message).then(
    (ack) => (ack.ok ? 'ok' : ack.code),
    () => 'silence',
  );
  return { outcome, ms: performance.now() - askedAt };
}

/** One question after the other, for so long. */
export async function askFor(asker: Asker, ms: number): Promise<Answer[]> {
  const until = performance.now() + ms;
  const answers: Answer[] = [];
  while (performance.now() < until) {
    answers.push(await ask(asker));
    await sleep(PAUSE_MS);
  }
  return answers;
}

/** So many of each. */
export function describe(answers: readonly Answer[]): string {
  const groups = Map.groupBy(answers, ({ outcome }) => outcome);
  return [...groups].map(([outcome, { length }]) => `${length} ${outcome}`).join(', ');
}
