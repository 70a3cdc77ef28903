import type { VisitorCommands } from '@alcove/protocol';
import { visitorCommandSchemas as schemas } from '@alcove/protocol/schemas';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { Domain } from '../../domain/create-domain.ts';
import type { Caller, VisitorPrincipal } from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { command, type CommandTable, ofPrincipal, write } from './command.ts';
import { renewSession } from './renew-session.ts';

/** What a visitor may ask, by socket and by HTTP alike. */
export function createVisitorCommands(options: {
  domain: Domain;
  authenticator: Authenticator;
  limits: Limits;
}): CommandTable<Caller<VisitorPrincipal>, VisitorCommands> {
  const { messages, messageChanges, logReader, readCursors } = options.domain;
  const { typing, contacts, greetings, presence } = options.domain;
  const sends = { name: 'visitor-sends', rate: options.limits.visitorSends };
  const others = { name: 'visitor-commands', rate: options.limits.visitorCommands };

  return {
    'hello.get': command(others, schemas['hello.get'], ({ principal }) => {
      presence.attend(principal);
      return greetings.helloVisitor(principal);
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
      renewSession(caller, options.authenticator.visitor(accessToken)),
    ),
    'contact.identify': write(others, schemas['contact.identify'], ofPrincipal(contacts.identify)),
    'page.visit': write(others, schemas['page.visit'], async (caller, page) => {
      await contacts.see(caller.principal, page);
      return {};
    }),
  };
}
