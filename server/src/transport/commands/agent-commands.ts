import type { AgentCommands } from '@alcove/protocol';
import { agentCommandSchemas as schemas } from '@alcove/protocol/schemas';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { Domain } from '../../domain/create-domain.ts';
import type { AgentPrincipal, Caller } from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { command, type CommandTable, ofPrincipal, write } from './command.ts';
import { renewSession } from './renew-session.ts';

/** What an agent may ask. */
export function createAgentCommands(options: {
  domain: Domain;
  authenticator: Authenticator;
  limits: Limits;
}): CommandTable<Caller<AgentPrincipal>, AgentCommands> {
  const { messages, messageChanges, conversations, logReader, readCursors } = options.domain;
  const { typing, inbox, contacts, greetings, presence, receipts } = options.domain;
  const sends = { name: 'agent-sends', rate: options.limits.agentSends };
  const others = { name: 'agent-commands', rate: options.limits.agentCommands };

  return {
    'hello.get': command(others, schemas['hello.get'], ({ principal }) => {
      presence.attend(principal);
      return greetings.helloAgent(principal);
    }),
    'message.send': write(sends, schemas['message.send'], messages.send),
    'message.edit': write(sends, schemas['message.edit'], messageChanges.edit),
    'message.delete': write(sends, schemas['message.delete'], messageChanges.delete),
    sync: command(others, schemas.sync, ofPrincipal(logReader.sync)),
    history: command(others, schemas.history, ofPrincipal(logReader.history)),
    heads: command(others, schemas.heads, ofPrincipal(logReader.heads)),
    'cursor.advance': write(others, schemas['cursor.advance'], ofPrincipal(readCursors.advance)),
    'typing.set': command(others, schemas['typing.set'], async (caller, change) => {
      await typing.set(caller, change);
      return {};
    }),
    'session.renew': command(others, schemas['session.renew'], (caller, { accessToken }) =>
      renewSession(caller, options.authenticator.agent(accessToken)),
    ),
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
