import { type Appended, createId, type VisitorSession } from '@alcove/protocol';
import type { SpawnedServer } from '@alcove/server/testing';
import { connect, expectOk, openConversation } from '../../people.ts';

interface Message {
  clientMessageId: string;
  content: { kind: 'text'; text: string };
}

/** A visitor who remembers what they said, and what was answered. */
export interface Witness {
  session: VisitorSession;
  conversationId: string;
  said: { message: Message; result: Appended }[];
}

/** Lets somebody say so many things. */
export async function hearWitness(server: SpawnedServer, count: number): Promise<Witness> {
  const session = await server.createVisitorSession();
  const visitor = await connect(server, 'visitor', session.accessToken);
  const { conversationId } = await openConversation(visitor);
  const said: Witness['said'] = [];
  for (let number = 0; number < count; number++) {
    const message: Message = {
      clientMessageId: createId('cl'),
      content: { kind: 'text', text: `message ${number}` },
    };
    const sent = { conversationId, ...message };
    said.push({ message, result: expectOk(await visitor.ask<Appended>('message.send', sent)) });
  }
  visitor.close();
  return { session, conversationId, said };
}

/** Sends everything again, to a server over a copy of the data: nothing may be new to it. @returns what was. */
export async function repeatAll(server: SpawnedServer, witness: Witness): Promise<string[]> {
  const { session, conversationId, said } = witness;
  const visitor = await connect(server, 'visitor', session.accessToken);
  const failures: string[] = [];
  for (const { message, result } of said) {
    const again = await visitor.ask<Appended>('message.send', { conversationId, ...message });
    if (again.ok && again.duplicate && again.seq === result.seq) continue;
    failures.push(`${result.seq} sent again became ${JSON.stringify(again)}`);
  }
  visitor.close();
  return failures.slice(0, 3);
}
