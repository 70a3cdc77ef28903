import { readFileSync } from 'node:fs';
import { contrastOf, fitBrandColour } from '@alcove/protocol';
import { describe, expect, it } from 'vitest';
import { readLook } from '../../build/read-look.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const css = read('./widget.css');
const talkCss = read('./talk.css');
const look = readLook(css + talkCss);
const standard = { light: '#0b6b62', dark: '#0f766c' };

/** WCAG 2.2: 4.5:1 for text (1.4.3), 3:1 for what must be seen to use it (1.4.11). */
const TEXT = 4.5;
const SHAPE = 3;

describe('the colours of the widget', () => {
  it('are all there, and dark comes alike in both ways to get it', () => {
    expect(Object.keys(look.light)).toEqual([
      'surface',
      'bubble-in',
      'border',
      'border-strong',
      'text',
      'text-2',
      'text-3',
      'online',
      'raised',
      'danger',
    ]);
    expect(Object.keys(look.dark)).toEqual(Object.keys(look.light));
    expect(look.switches.dark).toContain('--_dark: initial;');
    expect(look.switches.auto).toBe(look.switches.dark);
    expect(look.faces.light).toHaveLength(8);
  });

  for (const scheme of ['light', 'dark'] as const) {
    const colours = look[scheme];
    const [light, dark] = fitBrandColour(standard[scheme]).accentText;
    const pairs: [ink: string, grounds: string[], least: number][] = [
      ['text', ['surface', 'raised', 'bubble-in'], TEXT],
      ['text-2', ['surface', 'raised', 'bubble-in'], TEXT],
      ['text-3', ['surface', 'bubble-in'], TEXT],
      ['danger', ['surface', 'raised', 'bubble-in'], TEXT],
      ['border-strong', ['surface'], SHAPE],
      ['online', ['surface'], SHAPE],
    ];
    for (const [ink, grounds, least] of pairs) {
      for (const ground of grounds) {
        it(`${scheme}: ${ink} on ${ground} is at least ${least}:1`, () => {
          const contrast = contrastOf(colours[ink] ?? '', colours[ground] ?? '');
          expect(contrast).toBeGreaterThanOrEqual(least);
        });
      }
    }

    it(`${scheme}: the accent can be read as text`, () => {
      for (const ground of ['surface', 'raised', 'bubble-in']) {
        const accentText = scheme === 'light' ? light : dark;
        expect(contrastOf(accentText, colours[ground] ?? '')).toBeGreaterThanOrEqual(TEXT);
      }
    });

    it(`${scheme}: initials stand out on every face`, () => {
      for (const [ground, ink] of look.faces[scheme]) {
        expect(contrastOf(ground, ink)).toBeGreaterThanOrEqual(TEXT);
      }
    });
  }
});

describe('the stylesheets', () => {
  const sheets = {
    'widget.css': css,
    'talk.css': talkCss,
    'launcher.css': read('../loader/launcher.css'),
  };
  for (const [name, sheet] of Object.entries(sheets)) {
    it(`${name} knows start and end, not left and right`, () => {
      const physical =
        /(?:^|[\s;{])(?:(?:min-|max-)?(?:width|height)|(?:margin|padding|border|inset)-(?:left|right|top|bottom)[\w-]*|left|right|top|bottom|border-(?:top|bottom)-(?:left|right)-radius|text-align:\s*(?:left|right)|float|clear)\s*:/m;
      // Conditions of media queries speak of the screen, whose sides are physical.
      const rules = sheet.replace(/@media[^{]*/g, '').replace(/text-align:\s*/g, 'text-align: ');
      expect(physical.exec(rules)?.[0]).toBeUndefined();
      expect(rules).not.toMatch(/text-align: (left|right)/);
    });

    it(`${name} has no value that tells the inline sides apart in one word`, () => {
      // Four values on padding or margin are top, right, bottom, left: the second must equal the fourth.
      const lopsided = [...sheet.matchAll(/(?:padding|margin|inset):\s*([^;]+);/g)].filter(
        ([, values = '']) => {
          const sides = values.replace(/\s*!important/, '').split(' ');
          return sides.length === 4 && !values.includes('safe-area') && sides[1] !== sides[3];
        },
      );
      expect(lopsided).toEqual([]);
    });
  }
});
