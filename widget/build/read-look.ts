/** Colours by name, as `#rrggbb`. */
export type LookColours = Record<string, string>;

export interface Look {
  light: LookColours;
  dark: LookColours;
  /** The dark colours once more, as the system's preference applies them. */
  auto: LookColours;
  /** Faces: background and initials, on light and on dark. */
  faces: { light: [string, string][]; dark: [string, string][] };
}

/** Reads the table of colours out of `widget.css`, for the tests that hold it to what was agreed. */
export function readLook(css: string): Look {
  const block = (start: string) => {
    const from = css.indexOf(start);
    return css.slice(from, css.indexOf('}', from));
  };
  const colours = (text: string): LookColours =>
    Object.fromEntries(
      [...text.matchAll(/--_([\w-]+): var\(--alcove-\1, (#[\da-f]{6})\)/gi)].map(
        ([, name = '', colour = '']) => [name, colour.toLowerCase()],
      ),
    );
  const hues = [...css.matchAll(/--_pale: (\S+);\s+--_deep: (\S+);\s+--_dim: (\S+);/g)];
  return {
    light: colours(block(':host {')),
    dark: colours(block(':host([data-theme="dark"]) {')),
    auto: colours(block(':host([data-theme="auto"]) {')),
    faces: {
      light: hues.map(([, pale = '', deep = '']) => [pale, deep]),
      dark: hues.map(([, pale = '', , dim = '']) => [dim, pale]),
    },
  };
}
