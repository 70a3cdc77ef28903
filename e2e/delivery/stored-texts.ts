import { textOf } from '@alcove/protocol';
import { createAgentClient } from '@alcove/sdk/agent';
import type { TestServer } from '@alcove/server/testing';

/** A message as the server keeps it. */
export interface StoredMessage {
  conversationId: string;
  seq: number;
  clientMessageId: string;
  text: string;
}

/** Every message of every conversation, as an agent reads them who was not there. */
export async function readStored(server: TestServer): Promise<StoredMessage[]> {
  const session = await server.createAgent('owner');
  const client = createAgentClient({
    serverUrl: server.url,
    origin: server.origin,
    identity: session.agent.id,
    getAccessToken: async () => session,
  });
  client.connect();
  const stored: StoredMessage[] = [];
  try {
    do await client.loadInbox('all');
    while (client.getState().views.all.next);
    for (const id of client.getState().views.all.conversationIds) {
      await client.openConversation(id);
      while (client.getState().logs[id]?.hasOlder) await client.loadOlder(id);
      for (const event of client.getState().logs[id]?.events ?? []) {
        if (event.type !== 'message.created') continue;
        const { conversationId, seq, clientEventId, content } = event;
        const text = textOf(content);
        stored.push({ conversationId, seq, clientMessageId: clientEventId, text });
      }
    }
  } finally {
    await client.close();
  }
  return stored;
}

/** What must hold of them, in numbers that must all be 0. */
export function check(stored: readonly StoredMessage[], kept: readonly string[]) {
  const texts = stored.map(({ text }) => text);
  const logs = new Map<string, number[]>();
  for (const { conversationId, seq } of stored) {
    logs.set(conversationId, [...(logs.get(conversationId) ?? []), seq]);
  }
  return {
    lost: kept.filter((text) => !texts.includes(text)).length,
    dup: texts.length - new Set(texts).size,
    holes: [...logs.values()].filter((seqs) => seqs.some((seq, n) => seq !== n + 1)).length,
  };
}
