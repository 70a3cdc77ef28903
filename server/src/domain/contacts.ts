import {
  type Contact,
  type ContactIdentified,
  type ContactResult,
  createId,
  type GetContact,
  type IdentifyContact,
  type Page,
} from '@alcove/protocol';
import { LRUCache } from 'lru-cache';
import type { Limits } from '../limits.ts';
import type { ContactChange, Storage, VisitorRecord } from '../storage/storage.ts';
import { type Clock, toIso } from './clock.ts';
import { DomainError } from './domain-error.ts';
import type { EventPublisher } from './event-publisher.ts';
import { presentContact } from './present.ts';
import type { AgentPrincipal, VisitorPrincipal } from './principal.ts';

/** The people whom a workspace remembers, and the browsers by which it knows them. */
export interface Contacts {
  /** A browser acted for the first time. */
  createVisitor(workspaceId: string, about: AboutVisitor): Promise<VisitorRecord>;
  /** What the site says of its visitor. `null` clears a field. */
  identify(principal: VisitorPrincipal, command: IdentifyContact): Promise<ContactIdentified>;
  /**
   * Notes that the visitor is here, and on which page if that is known. Does nothing when that was noted a moment ago:
   * connections come and go, and each note is a write to the disk and a signal to every agent.
   */
  see(principal: VisitorPrincipal, page?: Page): Promise<void>;
  /** @throws DomainError `not_found` */
  get(principal: AgentPrincipal, query: GetContact): Promise<ContactResult>;
}

/** What a visitor's first request tells. */
export interface AboutVisitor {
  name?: string;
  email?: string;
  page?: Page;
  locale?: string;
  userAgent?: string;
}

/** Enough to tell the browser; the rest of a `User-Agent` is noise. */
const USER_AGENT_LENGTH = 300;

export function createContacts(options: {
  storage: Storage;
  publisher: EventPublisher;
  clock: Clock;
  limits: Pick<Limits, 'cachedVisits' | 'visitNoteMs'>;
}): Contacts {
  const { storage, publisher, clock } = options;
  const isNews = createVisits(options);

  async function update(principal: VisitorPrincipal, change: ContactChange): Promise<Contact> {
    const { workspaceId, contactId } = principal;
    const contact = await storage.forWorkspace(workspaceId).contacts.update(contactId, {
      ...change,
      lastSeenAt: toIso(clock.now()),
    });
    if (!contact) throw contactNotFound();
    publisher.contact(workspaceId, presentContact(contact));
    return contact;
  }

  async function see(principal: VisitorPrincipal, visited?: Page) {
    const page = visited && withoutSecrets(visited);
    if (isNews(principal.contactId, page)) await update(principal, page ? { page } : {});
  }

  return {
    async createVisitor(workspaceId, about) {
      const createdAt = toIso(clock.now());
      const contact = toContact(about, createdAt);
      const visitor: VisitorRecord = { id: createId('vi'), contactId: contact.id, createdAt };
      await storage.forWorkspace(workspaceId).visitors.create(visitor, contact);
      return visitor;
    },

    async identify(principal, { name, email }) {
      const contact = await update(principal, {
        ...(name === undefined ? {} : { name }),
        ...(email === undefined ? {} : { email }),
      });
      return { name: contact.name, email: contact.email };
    },

    see,

    async get(principal, { contactId }) {
      const contact = await storage.forWorkspace(principal.workspaceId).contacts.get(contactId);
      if (!contact) throw contactNotFound();
      return { contact: presentContact(contact) };
    },
  };
}

interface Visit {
  at: number;
  page: string | undefined;
}

/** Remembers where each contact was last seen. */
function createVisits(options: {
  clock: Clock;
  limits: Pick<Limits, 'cachedVisits' | 'visitNoteMs'>;
}) {
  const { clock, limits } = options;
  const visits = new LRUCache<string, Visit>({ max: limits.cachedVisits });

  /** A note that could not be written is not made up for: the next visit is soon enough. */
  return (contactId: string, page: Page | undefined): boolean => {
    const last = visits.get(contactId);
    const now = clock.now();
    const visit = { at: now, page: page ? `${page.url}\n${page.title}` : last?.page };
    // A clock that was set back must not silence anybody.
    const isRecent = last !== undefined && now >= last.at && now - last.at < limits.visitNoteMs;
    if (isRecent && visit.page === last.page) return false;
    visits.set(contactId, visit);
    return true;
  };
}

function toContact(about: AboutVisitor, createdAt: string): Contact {
  return {
    id: createId('co'),
    name: about.name ?? null,
    email: about.email ?? null,
    page: about.page ? withoutSecrets(about.page) : null,
    userAgent: about.userAgent?.slice(0, USER_AGENT_LENGTH) ?? null,
    locale: about.locale ?? null,
    createdAt,
    lastSeenAt: createdAt,
  };
}

/**
 * A page without its query and fragment: sign-in codes, reset links and addresses of people stand there, and a support
 * inbox is no place for them.
 */
function withoutSecrets({ url, title }: Page): Page {
  const address = URL.parse(url);
  return { url: address ? address.origin + address.pathname : '', title };
}

function contactNotFound(): DomainError {
  return new DomainError('not_found', 'There is no such contact.');
}
