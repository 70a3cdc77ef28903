import type { Contact } from '@alcove/protocol';
import type { ContactChange, VisitorRecord } from '../../storage.ts';
import type { Prepare } from '../connection.ts';

interface ContactRow {
  id: string;
  name: string | null;
  email: string | null;
  page: string | null;
  user_agent: string | null;
  locale: string | null;
  created_at: string;
  last_seen_at: string;
}

interface VisitorRow {
  id: string;
  contact_id: string;
  created_at: string;
}

const COLUMNS = 'id, name, email, page, user_agent, locale, created_at, last_seen_at';
const SELECT_CONTACT = `SELECT ${COLUMNS} FROM contacts WHERE workspace_id = ? AND id = ?`;

/** What is read of contacts and of the visitors linked to them. */
export function contactReads(prepare: Prepare) {
  const contactById = prepare<ContactRow>(SELECT_CONTACT);
  const visitorById = prepare<VisitorRow>(
    'SELECT id, contact_id, created_at FROM visitors WHERE workspace_id = ? AND id = ?',
  );
  const contact = (workspaceId: string, contactId: string): Contact | null =>
    toContact(contactById.get(workspaceId, contactId));
  return {
    contact,
    contacts: (workspaceId: string, contactIds: readonly string[]) =>
      contactIds.flatMap((contactId) => contact(workspaceId, contactId) ?? []),
    visitor(workspaceId: string, visitorId: string): VisitorRecord | null {
      const row = visitorById.get(workspaceId, visitorId);
      if (row === undefined) return null;
      return { id: row.id, contactId: row.contact_id, createdAt: row.created_at };
    },
  };
}

/** What is written of contacts and visitors. */
export function contactWrites(prepare: Prepare) {
  const insertContact = prepare(
    `INSERT INTO contacts (workspace_id, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const insertVisitor = prepare(
    `INSERT INTO visitors (workspace_id, id, contact_id, created_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const contactById = prepare<ContactRow>(SELECT_CONTACT);
  const change = prepare(
    `UPDATE contacts SET name = ?, email = ?, page = ?, user_agent = ?, locale = ?, last_seen_at = ?
     WHERE workspace_id = ? AND id = ?`,
  );
  return {
    createVisitor(workspaceId: string, visitor: VisitorRecord, contact: Contact): void {
      insertContact.run(
        workspaceId,
        contact.id,
        contact.name,
        contact.email,
        toJson(contact.page),
        contact.userAgent,
        contact.locale,
        contact.createdAt,
        contact.lastSeenAt,
      );
      insertVisitor.run(workspaceId, visitor.id, visitor.contactId, visitor.createdAt);
    },

    updateContact(workspaceId: string, contactId: string, given: ContactChange): Contact | null {
      const stored = toContact(contactById.get(workspaceId, contactId));
      if (stored === null) return null;
      const contact: Contact = { ...stored, ...given };
      change.run(
        contact.name,
        contact.email,
        toJson(contact.page),
        contact.userAgent,
        contact.locale,
        contact.lastSeenAt,
        workspaceId,
        contactId,
      );
      return contact;
    },
  };
}

function toContact(row: ContactRow | undefined): Contact | null {
  if (row === undefined) return null;
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    page: row.page === null ? null : JSON.parse(row.page),
    userAgent: row.user_agent,
    locale: row.locale,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
  };
}

function toJson(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
