import type { Actor, Agent, ContactSummary } from '@alcove/protocol';
import { contactName } from '../shared/contact-name.ts';
import { t } from '../shared/texts.ts';

/** How an actor is shown: the id decides the hue of the face. */
export function speakerOf(
  { id, kind, name }: Actor,
  self: Agent | null,
  contact: ContactSummary,
): { id: string; name: string } {
  if (kind === 'visitor') return { id: contact.id, name: contactName(contact) };
  // What is still on its way carries no name yet.
  return { id, name: name ?? (id === self?.id ? self.name : t('assign.gone')) };
}
