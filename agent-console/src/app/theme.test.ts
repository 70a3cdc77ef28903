import { readdirSync, readFileSync } from 'node:fs';
import { contrastOf } from '@alcove/protocol';
import { describe, expect, it } from 'vitest';
import { AVATAR_TOKENS, TOKENS, theme, type Tokens } from './theme.ts';

type Scheme = keyof typeof TOKENS;
type Token = keyof Tokens;

const SURFACES = ['canvas', 'surface', 'raised', 'selected', 'bubbleIn'] as const;

/** The lowest contrast that each colour may have, light and dark, on every background on which it may stand. */
const CONTRASTS: readonly [Token, readonly Token[], light: number, dark: number][] = [
  ['borderStrong', SURFACES, 3.19, 3.61],
  ['text', SURFACES, 13.85, 11.55],
  ['text2', [...SURFACES, 'note'], 6.6, 7.3],
  ['text3', SURFACES, 4.85, 5.24],
  ['accent', ['surface'], 6.38, 3.15],
  ['onAccent', ['accent'], 6.38, 5.49],
  ['onAccent', ['accentHover'], 8.32, 6.46],
  ['accentText', SURFACES, 5.29, 6.98],
  ['accentText', ['accentSoft'], 5.39, 6.99],
  ['onDanger', ['danger'], 6.54, 9.2],
  ['danger', [...SURFACES, 'dangerSoft'], 5.42, 5.95],
  ['warning', [...SURFACES, 'warningSoft'], 5.39, 7.36],
  ['success', [...SURFACES, 'successSoft'], 4.82, 7.12],
  ['info', [...SURFACES, 'infoSoft'], 5.35, 6.63],
  ['noteText', ['note'], 12.3, 11.13],
  ['noteBorder', ['canvas', 'surface', 'note'], 3.5, 4.15],
  ['online', SURFACES, 3.69, 5.9],
  ['away', SURFACES, 3.69, 5.9],
];

describe('the colours', () => {
  it.each(CONTRASTS)(
    '%s on %s keeps its contrast in both schemes',
    (token, grounds, light, dark) => {
      expect(lowest('light', token, grounds)).toBeGreaterThanOrEqual(light);
      expect(lowest('dark', token, grounds)).toBeGreaterThanOrEqual(dark);
    },
  );

  it('lets initials be read on every face', () => {
    for (const { fill, ink } of Object.values(AVATAR_TOKENS.light)) {
      expect(rounded(contrastOf(fill, ink))).toBeGreaterThanOrEqual(7.78);
    }
    for (const { fill, ink } of Object.values(AVATAR_TOKENS.dark)) {
      expect(rounded(contrastOf(fill, ink))).toBeGreaterThanOrEqual(8.66);
    }
  });

  const folder = new URL('../../../widget/src/app/', import.meta.url);
  const css = readdirSync(folder)
    .filter((name) => name.endsWith('.css'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');

  it('are the same as the widget’s', () => {
    const pairs = declarations(css);
    expect(pairs.length).toBeGreaterThanOrEqual(10);
    for (const { token, light, dark } of pairs) {
      expect([token, light, dark]).toEqual([token, hex('light', token), hex('dark', token)]);
    }
  });

  it('are the same as the widget’s on faces', () => {
    for (const [hue, { fill, ink }] of Object.entries(AVATAR_TOKENS.light)) {
      const face = new Map(
        [...block(css, `.${hue} {`).matchAll(/--_(\w+): (#\w+)/g)].map(([, name, value]) => [
          name,
          value,
        ]),
      );
      expect(face.get('pale')).toBe(fill.toLowerCase());
      expect(face.get('deep')).toBe(ink.toLowerCase());
      expect(face.get('dim')).toBe(AVATAR_TOKENS.dark[hue]?.fill.toLowerCase());
    }
  });
});

describe('the theme', () => {
  it('gives every colour as a variable, in both schemes', () => {
    const sheets = JSON.stringify(theme.generateStyleSheets());
    for (const scheme of ['light', 'dark'] as const) {
      expect(sheets).toContain(`[data-theme=\\"${scheme}\\"]`);
      expect(sheets).toContain(`"--alcove-palette-chat-note":"${TOKENS[scheme].note}"`);
      expect(sheets).toContain(`"--alcove-palette-primary-main":"${TOKENS[scheme].accent}"`);
    }
  });

  it('uses two weights and no capitals', () => {
    const weights = new Set(
      Object.values(theme.typography).flatMap((variant) =>
        typeof variant === 'object' && 'fontWeight' in variant ? [variant.fontWeight] : [],
      ),
    );
    for (const weight of weights) expect([400, 600, 'inherit', undefined]).toContain(weight);
    expect(theme.typography.button.textTransform).toBe('none');
  });
});

function lowest(scheme: Scheme, token: Token, grounds: readonly Token[]): number {
  const tokens = TOKENS[scheme];
  return rounded(Math.min(...grounds.map((ground) => contrastOf(tokens[token], tokens[ground]))));
}

/** To two decimals, as such figures are written. */
function rounded(contrast: number): number {
  return Math.round(contrast * 100) / 100;
}

function hex(scheme: Scheme, token: string): string | undefined {
  const tokens: Record<string, string> = TOKENS[scheme];
  return tokens[token]?.toLowerCase();
}

/** The colours that the style sheet declares for both schemes, by the names that the theme gives them. */
function declarations(css: string): { token: string; light: string; dark: string }[] {
  const found = css.matchAll(
    /--_([\w-]+): var\(--alcove-[\w-]+, var\(--_light, (#[\da-f]{6})\) var\(--_dark, (#[\da-f]{6})\)\)/g,
  );
  return [...found].map(([, name = '', light = '', dark = '']) => ({
    token: name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    light,
    dark,
  }));
}

function block(css: string, head: string): string {
  const start = css.indexOf(head);
  return start < 0 ? '' : css.slice(start, css.indexOf('}', start));
}
