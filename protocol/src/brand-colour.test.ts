import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contrastOf, fitBrandColour } from './brand-colour.ts';

/** Surface, selected row and incoming bubble: what the accent stands on as text. */
const LIGHT = ['#ffffff', '#dfede9', '#ecf0ed'];
const DARK = ['#161c1a', '#1d322d', '#252f2b'];

const colour = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255))
  .map((channels) => `#${channels.map((channel) => hex(channel)).join('')}`);

/** A grid over all of sRGB with its corners: 18³ colours. */
function* grid() {
  for (let red = 0; red < 256; red += 15) {
    for (let green = 0; green < 256; green += 15) {
      for (let blue = 0; blue < 256; blue += 15) yield `#${hex(red)}${hex(green)}${hex(blue)}`;
    }
  }
}

const hex = (channel: number) => channel.toString(16).padStart(2, '0');
const channels = (text: string) =>
  [1, 3, 5].map((start) => Number.parseInt(text.slice(start, start + 2), 16));
const worst = (text: string, backgrounds: string[]) =>
  Math.min(...backgrounds.map((background) => contrastOf(text, background)));

describe('fitBrandColour', () => {
  it('writes on every colour of the grid with at least 4.58:1', () => {
    let lowest = 21;
    for (const brand of grid()) {
      const { accent, onAccent } = fitBrandColour(brand);
      lowest = Math.min(lowest, contrastOf(accent, onAccent));
    }
    expect(lowest).toBeGreaterThanOrEqual(4.58);
  });

  it('finds a readable text colour for every colour of the grid', () => {
    let lowest = 21;
    for (const brand of grid()) {
      const [light, dark] = fitBrandColour(brand).accentText;
      lowest = Math.min(lowest, worst(light, LIGHT), worst(dark, DARK));
    }
    expect(lowest).toBeGreaterThanOrEqual(4.5);
  });

  it('keeps both promises for any colour, and mixes in at most 60 % of black or white', () => {
    fc.assert(
      fc.property(colour, (brand) => {
        const { onAccent, accentText } = fitBrandColour(brand);
        const [light, dark] = accentText;
        expect(contrastOf(brand, onAccent)).toBeGreaterThanOrEqual(4.58);
        expect(worst(light, LIGHT)).toBeGreaterThanOrEqual(4.5);
        expect(worst(dark, DARK)).toBeGreaterThanOrEqual(4.5);
        channels(brand).forEach((channel, index) => {
          expect(channels(light)[index]).toBeGreaterThanOrEqual(Math.floor(channel * 0.4));
          expect(channels(dark)[index]).toBeLessThanOrEqual(Math.ceil(channel * 0.4 + 255 * 0.6));
        });
      }),
    );
  });

  it('moves the hover fill away from its ink, so that it never reads worse', () => {
    fc.assert(
      fc.property(colour, (brand) => {
        const { accent, accentHover, onAccent } = fitBrandColour(brand);
        expect(contrastOf(accentHover, onAccent)).toBeGreaterThanOrEqual(
          contrastOf(accent, onAccent),
        );
      }),
    );
  });

  it('leaves a colour that is readable already as it is', () => {
    expect(fitBrandColour('#0B6B62')).toMatchObject({ accent: '#0b6b62', onAccent: '#ffffff' });
    expect(fitBrandColour('#0b6b62').accentText[0]).toBe('#0b6b62');
  });

  it('darkens yellow for text, and writes black on yellow and on light blue', () => {
    expect(fitBrandColour('#ffcc00')).toMatchObject({ onAccent: '#000000' });
    expect(fitBrandColour('#ffcc00').accentText[0]).toBe('#806600');
    expect(fitBrandColour('#1f93ff').onAccent).toBe('#000000');
    expect(contrastOf('#1f93ff', '#ffffff')).toBeCloseTo(3.15, 2);
  });

  it.each(['red', '#fff', '#12345g', '0b6b62', '', '#0b6b621'])('refuses %j', (text) => {
    expect(() => fitBrandColour(text)).toThrow(TypeError);
  });
});

describe('contrastOf', () => {
  it('goes from 1 for equal colours to 21 for black and white, whatever the order', () => {
    expect(contrastOf('#336699', '#336699')).toBe(1);
    expect(contrastOf('#000000', '#ffffff')).toBeCloseTo(21, 10);
    expect(contrastOf('#ffffff', '#000000')).toBeCloseTo(21, 10);
  });
});
