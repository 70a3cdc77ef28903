import type { AgentCommands } from '@alcove/protocol';
import { agentCommandSchemas as schemas } from '@alcove/protocol/schemas';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { Domain } from '../../domain/create-domain.ts';
import type { AgentPrincipal, Caller } from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { command, type CommandTable, ofPrincipal, write } from './command.ts';
import { createSharedCommands } from './shared-commands.ts';

/** What an agent may ask. */
export function createAgentCommands(options: {
  domain: Domain;
  authenticator: Authenticator;
  limits: Limits;
}): CommandTable<Caller<AgentPrincipal>, AgentCommands> {
  const { domain, authenticator, limits } = options;
  const { conversations, inbox, contacts, receipts } = domain;
  const sends = { name: 'agent-sends', rate: limits.agentSends };
  const others = { name: 'agent-commands', rate: limits.agentCommands };

  return {
    ...createSharedCommands({
      domain,
      buckets: { sends, others },
      hello: domain.greetings.helloAgent,
      authenticate: authenticator.agent,
    }),
    'conversation.assign': write(others, schemas['conversation.assign'], conversations.assign),
    'conversation.resolve': write(others, schemas['conversation.resolve'], conversations.resolve),
    'conversation.reopen': write(others, schemas['conversation.reopen'], conversations.reopen),
    'inbox.list': command(others, schemas['inbox.list'], ofPrincipal(inbox.list)),
    'inbox.sync': command(others, schemas['inbox.sync'], ofPrincipal(inbox.sync)),
    'inbox.get': command(others, schemas['inbox.get'], ofPrincipal(inbox.get)),
    'receipt.get': command(others, schemas['receipt.get'], ofPrincipal(receipts.get)),
    'contact.get': command(others, schemas['contact.get'], ofPrincipal(contacts.get)),
  };
}
