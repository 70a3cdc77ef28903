import { describe, expect, it } from 'vitest';
import { en } from './locales/en.ts';
import { plural, t } from './texts.ts';

describe('texts', () => {
  it('fill in what stands in braces', () => {
    expect(t('join.title', { workspace: 'A shop' })).toBe('Join A shop');
  });

  it('follow the plural rules', () => {
    expect(plural('inbox.unread', 1)).toBe('1 unread message');
    expect(plural('inbox.unread', 1200)).toBe('1,200 unread messages');
  });

  it('never take what a person wrote for a placeholder', () => {
    expect(t('timeline.announce', { name: '{text}', text: 'hello' })).toBe('{text}: hello');
  });

  it('come in every plural form of the language', () => {
    const stems = Object.keys(en).filter((key) => key.endsWith('.other'));
    const forms = new Intl.PluralRules('en').resolvedOptions().pluralCategories;
    for (const stem of stems) {
      for (const form of forms) expect(en).toHaveProperty([stem.replace(/other$/, form)]);
    }
  });
});
