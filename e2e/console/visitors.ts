import { randomUUID } from 'node:crypto';
import { type Appended, HTTP_PATHS, type SendMessage } from '@alcove/protocol';
import type { TestServer } from '@alcove/server/testing';
import type { Browser, Page } from '@playwright/test';
import { consoleOn, openConsole } from '../fixtures.ts';

/** A visitor without a browser: what they write goes over HTTP. */
export interface Visitor {
  conversationId: string;
  write(text: string): Promise<void>;
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

  async function send(words: string): Promise<Appended> {
    const payload: SendMessage = {
      clientConversationId,
      clientMessageId: randomUUID(),
      content: { kind: 'text', text: words },
    };
    const response = await fetch(server.url + HTTP_PATHS.visitorCommands, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${accessToken}`,
        origin: server.url,
      },
      body: JSON.stringify({ command: 'message.send', payload }),
    });
    if (!response.ok) throw new Error(`the message was refused: ${await response.text()}`);
    return (await response.json()) as Appended;
  }

  const { conversationId } = await send(text);
  return {
    conversationId,
    write: async (words) => void (await send(words)),
  };
}

/** The console of a new agent, with the visitor's conversation open in it. */
export async function openTalk(
  browser: Browser,
  server: TestServer,
  { conversationId }: Visitor,
  name = 'Helpdesk',
): Promise<Page> {
  const agent = await server.createAgent('agent', { name });
  const page = await openConsole(browser, server, agent, `#/inbox/all/${conversationId}`);
  await consoleOn(page).composer.waitFor();
  return page;
}
