import type { VisitorCommands } from '@alcove/protocol';
import { visitorCommandSchemas as schemas } from '@alcove/protocol/schemas';
import type { Authenticator } from '../../domain/authenticator.ts';
import type { Domain } from '../../domain/create-domain.ts';
import type { Caller, VisitorPrincipal } from '../../domain/principal.ts';
import type { Limits } from '../../limits.ts';
import { type CommandTable, ofPrincipal, write } from './command.ts';
import { createSharedCommands } from './shared-commands.ts';

/** What a visitor may ask, by socket and by HTTP alike. */
export function createVisitorCommands(options: {
  domain: Domain;
  authenticator: Authenticator;
  limits: Limits;
}): CommandTable<Caller<VisitorPrincipal>, VisitorCommands> {
  const { domain, authenticator, limits } = options;
  const { contacts } = domain;
  const sends = { name: 'visitor-sends', rate: limits.visitorSends };
  const others = { name: 'visitor-commands', rate: limits.visitorCommands };

  return {
    ...createSharedCommands({
      domain,
      buckets: { sends, others },
      hello: domain.greetings.helloVisitor,
      authenticate: authenticator.visitor,
    }),
    'contact.identify': write(others, schemas['contact.identify'], ofPrincipal(contacts.identify)),
    'page.visit': write(others, schemas['page.visit'], async (caller, page) => {
      await contacts.see(caller.principal, page);
      return {};
    }),
  };
}
