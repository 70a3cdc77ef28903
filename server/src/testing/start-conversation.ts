import { createId } from '@alcove/protocol';
import { callerOf, type TestGateway } from './start-test-gateway.ts';

/** A workspace with one agent, whom a visitor has just written to. */
export async function startConversation(gateway: TestGateway, text = 'Hello?') {
  const shop = await gateway.createWorkspace();
  const visitor = callerOf(await shop.addVisitor());
  const support = callerOf(await shop.addAgent('Support'));
  const { conversationId } = await gateway.domain.messages.send(visitor, {
    clientConversationId: createId('cl'),
    clientMessageId: createId('cl'),
    content: { kind: 'text', text },
  });
  return { shop, visitor, support, conversationId };
}
