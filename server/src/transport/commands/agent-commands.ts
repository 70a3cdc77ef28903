import type { AgentCommands } from '@alcove/protocol';
import { agentCommandSchemas as schemas } from '@alcove/protocol/schemas';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { Domain } from '../../domain/create-domain.ts';
import type { AgentPrincipal, Caller } from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { command, type CommandTable } from './command.ts';
import { renewSession } from './renew-session.ts';

/** What an agent may ask. */
export function createAgentCommands(options: {
  domain: Domain;
  authenticator: Authenticator;
  limits: Limits;
}): CommandTable<Caller<AgentPrincipal>, AgentCommands> {
  const { messages, messageChanges, conversations, logReader, readCursors } = options.domain;
  const { typing, inbox, contacts, greetings } = options.domain;
  const sends = { name: 'agent-sends', rate: options.limits.agentSends };
  const others = { name: 'agent-commands', rate: options.limits.agentCommands };

  return {
    'hello.get': command(others, schemas['hello.get'], ({ principal }) => greetings.helloAgent(principal)),
    'message.send': command(sends, schemas['message.send'], messages.send),
    'message.edit': command(sends, schemas['message.edit'], messageChanges.edit),
    'message.delete': command(sends, schemas['message.delete'], messageChanges.delete),
    sync: command(others, schemas.sync, (caller, query) => logReader.sync(caller.principal, query)),
    history: command(others, schemas.history, (caller, query) =>
      logReader.history(caller.principal, query),
    ),
    heads: command(others, schemas.heads, (caller, query) =>
      logReader.heads(caller.principal, query),
    ),
    'cursor.advance': command(others, schemas['cursor.advance'], (caller, advance) =>
      readCursors.advance(caller.principal, advance),
    ),
    'typing.set': command(others, schemas['typing.set'], async (caller, change) => {
      await typing.set(caller, change);
      return {};
    }),
    'session.renew': command(others, schemas['session.renew'], (caller, { accessToken }) =>
      renewSession(caller, options.authenticator.agent(accessToken)),
    ),
    'conversation.assign': command(others, schemas['conversation.assign'], conversations.assign),
    'conversation.resolve': command(others, schemas['conversation.resolve'], conversations.resolve),
    'conversation.reopen': command(others, schemas['conversation.reopen'], conversations.reopen),
    'inbox.list': command(others, schemas['inbox.list'], (caller, query) =>
      inbox.list(caller.principal, query),
    ),
    'inbox.sync': command(others, schemas['inbox.sync'], (caller, query) =>
      inbox.sync(caller.principal, query),
    ),
    'inbox.get': command(others, schemas['inbox.get'], (caller, query) =>
      inbox.get(caller.principal, query),
    ),
    'contact.get': command(others, schemas['contact.get'], (caller, query) =>
      contacts.get(caller.principal, query),
    ),
  };
}
