import type { SessionRenewed } from '@alcove/protocol';
import { toIso } from '../../domain/clock.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { actorOf, type Caller, type Principal } from '../../domain/principal.ts';

/**
 * Puts a fresh token in the place of the one that the caller came with.
 *
 * @throws DomainError `forbidden` when the token is somebody else's: a connection stays with whom it was opened for, as
 * its rooms do.
 */
export async function renewSession<Who extends Principal>(
  caller: Caller<Who>,
  verification: Promise<Who>,
): Promise<SessionRenewed> {
  const renewed = await verification;
  const isSamePerson =
    renewed.workspaceId === caller.principal.workspaceId &&
    actorOf(renewed).id === actorOf(caller.principal).id;
  if (!isSamePerson) {
    throw new DomainError('forbidden', 'This token is somebody else’s: connect anew with it.');
  }
  caller.principal = renewed;
  return { expiresAt: toIso(renewed.expiresAt) };
}
