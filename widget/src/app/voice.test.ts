import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dayName } from './day-name.ts';
import { enTalk } from './locales/en-talk.ts';
import { en } from './locales/en.ts';
import { createVoice } from './voice.ts';

describe('the voice', () => {
  it('fills in values and chooses the plural', () => {
    const { t, learn } = createVoice(en, ['en-GB']);
    learn(enTalk);
    expect(t('toNewestCount', { count: 1 })).toBe('1 new message');
    expect(t('toNewestCount', { count: 12 })).toBe('12 new messages');
    expect(t('isTyping', { name: 'Support' })).toBe('Support is typing');
  });

  it('says nothing in place of what it has not learnt yet', () => {
    const { t, learn } = createVoice(en, ['en']);
    expect(t('reply')).toBe('');
    learn(enTalk);
    expect(t('reply')).toBe('Reply');
    expect(t('send')).toBe('Send');
  });

  it('does not read what people wrote as a text of its own', () => {
    const { t } = createVoice(en, ['en']);
    expect(t('says', { name: '{text}', text: '{name} $& {count}' })).toBe(
      '{text}: {name} $& {count}',
    );
  });

  it("tells the time as the browser's region does", () => {
    const at = new Date(2026, 2, 4, 14, 2).toISOString();
    expect(createVoice(en, ['de-DE', 'en-GB']).time(at)).toBe('14:02');
    expect(createVoice(en, ['en-US']).time(at)).toMatch(/^2:02\sPM$/);
    expect(createVoice(en, ['de-DE']).time(at)).toMatch(/^2:02\sPM$/);
  });

  it('names today and yesterday, and other days by their date', () => {
    const voice = createVoice(en, ['en-GB']);
    voice.learn(enTalk);
    const day = (at: string) => dayName(at, voice);
    const now = new Date();
    expect(day(now.toISOString())).toBe('Today');
    now.setDate(now.getDate() - 1);
    expect(day(now.toISOString())).toBe('Yesterday');
    expect(day(new Date(2026, 2, 4, 12).toISOString())).toBe('Wednesday 4 March');
  });
});

describe('the views', () => {
  const folder = new URL('./views/', import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.tsx'))) {
    it(`${file} has no text of its own`, () => {
      const source = readFileSync(new URL(file, folder), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
      const markup = source.slice(source.indexOf('return ('));
      // What stands between tags, and the attributes that are read aloud.
      const between = [...markup.matchAll(/>([^<>{}]*\p{L}{2}[^<>{}]*)</gu)].filter(
        ([, text = '']) => !/[=;()&|]/.test(text),
      );
      const spoken = markup.match(/(?:aria-label|title|placeholder|alt|label)="[^"]+"/g) ?? [];
      expect([...between.map(([text]) => text), ...spoken]).toEqual([]);
    });
  }
});
