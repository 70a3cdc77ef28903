import type { TestServer } from '@alcove/server/testing';
import { type AgentClient, createAgentClient } from '@alcove/sdk/agent';

/** An agent without a console, who answers the newest conversation. */
export interface AnsweringAgent {
  client: AgentClient;
  /** The newest conversation, as soon as there is one; open from then on. */
  conversation(): Promise<string>;
  answer(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Signs an agent in and connects. */
export async function connectAgent(
  server: Pick<TestServer, 'url' | 'origin' | 'createAgent'>,
  name = 'Helpdesk',
): Promise<AnsweringAgent> {
  const { accessToken, accessExpiresAt, agent } = await server.createAgent('agent', { name });
  const client = createAgentClient({
    serverUrl: server.url,
    origin: server.origin,
    identity: agent.id,
    getAccessToken: async () => ({ accessToken, accessExpiresAt }),
  });
  client.connect();
  await client.loadInbox('all');
  const newest = () => client.getState().views.all.conversationIds[0];
  const conversation = async () => {
    await until(client, () => newest() !== undefined);
    const id = newest() ?? '';
    if (!client.getState().logs[id]?.isLoaded) await client.openConversation(id);
    return id;
  };
  return {
    client,
    conversation,
    async answer(text) {
      const id = await conversation();
      const clientMessageId = await client.send(id, text);
      await until(client, () =>
        client.getState().pending.every((message) => message.clientMessageId !== clientMessageId),
      );
    },
    close: () => client.close(),
  };
}

/** Resolves when the client's state is so. */
function until(client: AgentClient, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isSo()) return;
      stop();
      resolve();
    };
    const stop = client.subscribe(look);
    look();
  });
}
