import { en } from './locales/en.ts';

type Dictionary = typeof en;

/** What stands in braces in a text. */
type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

type Values<Text extends string> = [Placeholders<Text>] extends [never]
  ? []
  : [values: Record<Placeholders<Text>, string | number>];

/** Keys that come in plural forms, without their form. */
type PluralKey = {
  [Key in keyof Dictionary]: Key extends `${infer Stem}.other` ? Stem : never;
}[keyof Dictionary];

/** A key of the dictionary. */
export type TextKey = keyof Dictionary;

/** The console's language. English is the first; others follow as files with the same keys. */
export const LANGUAGE = 'en';

/** The reader's own region of that language, for dates and times: 14:02 in Dublin, 2:02 PM in Boston. */
export const REGION =
  navigator.languages?.find((tag) => tag.split('-')[0] === LANGUAGE) ?? LANGUAGE;

const plurals = new Intl.PluralRules(LANGUAGE);
const numbers = new Intl.NumberFormat(LANGUAGE);

/**
 * A text by its key, with its placeholders filled in.
 *
 * @example t('conversation.action_failed', { reason: 'the server is busy' })
 */
export function t<Key extends TextKey>(key: Key, ...[values]: Values<Dictionary[Key]>): string {
  return fill(en[key], values);
}

/**
 * A text that depends on a number, as `{count}`; `shown` writes the number in another way.
 *
 * @example plural('inbox.unread', 3)
 */
export function plural(
  key: PluralKey,
  count: number,
  shown: string = numbers.format(count),
): string {
  const dictionary: Record<string, string> = en;
  const text = dictionary[`${key}.${plurals.select(count)}`] ?? dictionary[`${key}.other`] ?? key;
  return fill(text, { count: shown });
}

function fill(text: string, values: Record<string, string | number> | undefined): string {
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
