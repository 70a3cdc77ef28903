/** A brand colour made readable: fills, the ink on them, and the colour as text on light and on dark. */
export interface FittedColour {
  accent: string;
  onAccent: string;
  accentHover: string;
  accentText: [light: string, dark: string];
}

type Rgb = readonly [number, number, number];

/** The backgrounds on which the accent stands as text: surface, selected and bubble-in of each scheme. */
const LIGHT_BACKGROUNDS = ['#ffffff', '#dfede9', '#ecf0ed'].map(toRgb);
const DARK_BACKGROUNDS = ['#161c1a', '#1d322d', '#252f2b'].map(toRgb);
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/** WCAG 2.2, success criterion 1.4.3: normal text needs 4.5:1. */
const TEXT_CONTRAST = 4.5;

/**
 * Fits a brand colour. The fill stays as given; the ink on it is black or white, whichever contrasts more (4.58:1 at
 * worst over all colours); as text it is mixed towards black or white in steps of 5 % until it is readable.
 *
 * @param colour `#rrggbb`
 * @throws TypeError for anything else.
 */
export function fitBrandColour(colour: string): FittedColour {
  const rgb = toRgb(colour);
  const ink = contrast(rgb, WHITE) >= contrast(rgb, BLACK) ? WHITE : BLACK;
  return {
    accent: toHex(rgb),
    onAccent: toHex(ink),
    accentHover: toHex(mix(rgb, ink === WHITE ? BLACK : WHITE, 0.1)),
    accentText: [
      toHex(readable(rgb, BLACK, LIGHT_BACKGROUNDS)),
      toHex(readable(rgb, WHITE, DARK_BACKGROUNDS)),
    ],
  };
}

/** WCAG contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrastOf(first: string, second: string): number {
  return contrast(toRgb(first), toRgb(second));
}

function readable(rgb: Rgb, towards: Rgb, backgrounds: readonly Rgb[]): Rgb {
  for (let step = 0; step < 20; step++) {
    const candidate = toRgb(toHex(mix(rgb, towards, step * 0.05)));
    if (backgrounds.every((background) => contrast(candidate, background) >= TEXT_CONTRAST)) {
      return candidate;
    }
  }
  return towards;
}

function toRgb(colour: string): Rgb {
  const match = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(colour);
  if (!match) throw new TypeError(`a colour must look like #0b6b62, not ${JSON.stringify(colour)}`);
  const [, red = '', green = '', blue = ''] = match;
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
}

function toHex(rgb: Rgb): string {
  return `#${rgb.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

function mix(from: Rgb, towards: Rgb, share: number): Rgb {
  const at = (index: 0 | 1 | 2) => from[index] * (1 - share) + towards[index] * share;
  return [at(0), at(1), at(2)];
}

function contrast(first: Rgb, second: Rgb): number {
  const [one, other] = [luminance(first), luminance(second)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** Relative luminance as WCAG defines it. */
function luminance(rgb: Rgb): number {
  const linear = (channel: number) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(rgb[0]) + 0.7152 * linear(rgb[1]) + 0.0722 * linear(rgb[2]);
}
