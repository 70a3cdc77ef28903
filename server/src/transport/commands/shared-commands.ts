import { visitorCommandSchemas as schemas } from '@alcove/protocol/schemas';
import type { Domain } from '../../domain/create-domain.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import { type Bucket, command, ofPrincipal, write } from './command.ts';
import { renewSession } from './renew-session.ts';

/** What visitors and agents may ask alike; the protocol has one schema of each for both. */
export function createSharedCommands<Who extends Principal, Hello extends object>(options: {
  domain: Domain;
  /** The allowance for messages, and for everything else. */
  buckets: { sends: Bucket; others: Bucket };
  hello(principal: Who): Promise<Hello>;
  /** Whose token it is. */
  authenticate(accessToken: string): Promise<Who>;
}) {
  const { hello, authenticate } = options;
  const { messages, messageChanges, logReader, readCursors, typing, presence } = options.domain;
  const { sends, others } = options.buckets;

  return {
    'hello.get': command(others, schemas['hello.get'], ({ principal }: Caller<Who>) => {
      presence.attend(principal);
      return hello(principal);
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
    'session.renew': command(
      others,
      schemas['session.renew'],
      (caller: Caller<Who>, { accessToken }) => renewSession(caller, authenticate(accessToken)),
    ),
  };
}
