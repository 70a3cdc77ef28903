/** Colours by name, as `#rrggbb`. */
export type LookColours = Record<string, string>;

export interface Look {
  light: LookColours;
  dark: LookColours;
  /** What makes it dark: when a page says so, and when the system prefers it. */
  switches: { dark: string; auto: string };
  /** Faces: background and initials, on light and on dark. */
  faces: { light: [string, string][]; dark: [string, string][] };
}

/** Reads the table of colours out of `widget.css`, for the tests that hold it to what was agreed. */
export function readLook(css: string): Look {
  const rows = [
    ...css.matchAll(
      /--_([\w-]+): var\(--alcove-\1, var\(--_light, (#[\da-f]{6})\) var\(--_dark, (#[\da-f]{6})\)\);/gi,
    ),
  ];
  const coloursAt = (column: 2 | 3): LookColours =>
    Object.fromEntries(rows.map((row) => [row[1], row[column]?.toLowerCase()]));
  const declarations = (selector: string) => {
    const from = css.indexOf('{', css.indexOf(selector)) + 1;
    return css.slice(from, css.indexOf('}', from)).replace(/\s+/g, ' ');
  };
  const hues = [...css.matchAll(/--_pale: (\S+);\s+--_deep: (\S+);\s+--_dim: (\S+);/g)];
  return {
    light: coloursAt(2),
    dark: coloursAt(3),
    switches: {
      dark: declarations(':host([data-theme="dark"])'),
      auto: declarations(':host([data-theme="auto"])'),
    },
    faces: {
      light: hues.map(([, pale = '', deep = '']) => [pale, deep]),
      dark: hues.map(([, pale = '', , dim = '']) => [dim, pale]),
    },
  };
}
