import { randomUUID } from 'node:crypto';
import { HTTP_PATHS, type VisitorCommands } from '@alcove/protocol';
import type { TestServer } from '@alcove/server/testing';

/** A visitor without a browser: what they do goes over HTTP. */
export interface Visitor {
  conversationId: string;
  write(text: string): Promise<void>;
  identify(person: { name?: string; email?: string }): Promise<void>;
}

/** Somebody who comes to the site and writes. */
export async function visitorWrites(
  server: TestServer,
  text: string,
  person: { name?: string; email?: string; page?: { url: string; title: string } } = {},
): Promise<Visitor> {
  const { accessToken } = await server.createVisitorSession(server.url, {
    locale: 'en',
    ...person,
  });
  const clientConversationId = randomUUID();

  async function execute<Name extends keyof VisitorCommands>(
    command: Name,
    payload: VisitorCommands[Name]['payload'],
  ): Promise<VisitorCommands[Name]['result']> {
    const response = await fetch(server.url + HTTP_PATHS.visitorCommands, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${accessToken}`,
        origin: server.url,
      },
      body: JSON.stringify({ command, payload }),
    });
    if (!response.ok) throw new Error(`${command} was refused: ${await response.text()}`);
    return (await response.json()) as VisitorCommands[Name]['result'];
  }

  const send = (words: string) =>
    execute('message.send', {
      clientConversationId,
      clientMessageId: randomUUID(),
      content: { kind: 'text', text: words },
    });
  const { conversationId } = await send(text);
  return {
    conversationId,
    write: async (words) => void (await send(words)),
    identify: async (known) => void (await execute('contact.identify', known)),
  };
}
