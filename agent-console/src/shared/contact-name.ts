import type { ContactSummary } from '@alcove/protocol';
import { hashOf } from './hash.ts';

const SHADES = [
  'Amber',
  'Azure',
  'Bronze',
  'Cobalt',
  'Copper',
  'Coral',
  'Crimson',
  'Emerald',
  'Golden',
  'Green',
  'Hazel',
  'Indigo',
  'Ivory',
  'Jade',
  'Lilac',
  'Lime',
  'Maroon',
  'Mint',
  'Olive',
  'Orange',
  'Pearl',
  'Plum',
  'Ruby',
  'Rusty',
  'Saffron',
  'Scarlet',
  'Silver',
  'Snowy',
  'Teal',
  'Topaz',
  'Turquoise',
  'Violet',
] as const;

const ANIMALS = [
  'Badger',
  'Beaver',
  'Bison',
  'Crane',
  'Deer',
  'Dolphin',
  'Falcon',
  'Ferret',
  'Finch',
  'Fox',
  'Gecko',
  'Hare',
  'Hedgehog',
  'Heron',
  'Ibex',
  'Koala',
  'Lark',
  'Lemur',
  'Lynx',
  'Marten',
  'Mole',
  'Newt',
  'Otter',
  'Owl',
  'Panda',
  'Puffin',
  'Robin',
  'Seal',
  'Stork',
  'Swift',
  'Tapir',
  'Wren',
] as const;

/**
 * What a contact is called in the console: the name, else the e-mail address, else a memorable name made from the id
 * ("Amber Otter"), which only agents ever see.
 */
export function contactName(contact: Pick<ContactSummary, 'id' | 'name' | 'email'>): string {
  return withoutOverrides(contact.name ?? '') || contact.email || memorableName(contact.id);
}

/** Two words that follow from an id: 1,024 of them, enough to tell the visitors of a day apart. */
export function memorableName(id: string): string {
  const hash = hashOf(id);
  return `${SHADES[hash % SHADES.length]} ${ANIMALS[(hash >>> 8) % ANIMALS.length]}`;
}

/** A name must not turn the text around it: bidirectional overrides and isolates are dropped, joiners stay. */
export function withoutOverrides(name: string): string {
  return name.replace(/[\u202A-\u202E\u2066-\u2069]/g, '').trim();
}
