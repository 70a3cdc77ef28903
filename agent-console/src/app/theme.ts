import { createTheme } from '@mui/material/styles';
import { components } from './theme-components.ts';

/** The colours of one scheme, by the names that the widget uses too. */
export type Tokens = Record<keyof typeof LIGHT, string>;

const LIGHT = {
  canvas: '#F5F7F5',
  surface: '#FFFFFF',
  raised: '#FFFFFF',
  selected: '#DFEDE9',
  bubbleIn: '#ECF0ED',
  border: '#DCE2DE',
  borderStrong: '#78857F',
  text: '#16201D',
  text2: '#46544F',
  text3: '#5A6862',
  accent: '#0B6B62',
  onAccent: '#FFFFFF',
  accentHover: '#095850',
  accentText: '#0B6B62',
  accentSoft: '#DDF0EC',
  danger: '#B3261E',
  dangerSoft: '#FBE9E7',
  onDanger: '#FFFFFF',
  warning: '#855300',
  warningSoft: '#FFF1D1',
  success: '#1B7440',
  successSoft: '#E0F3E6',
  info: '#1F5FA8',
  infoSoft: '#E4EEFA',
  note: '#FFF3CF',
  noteText: '#3A2C05',
  noteBorder: '#A67A12',
  online: '#1E8549',
  away: '#A86A00',
};

const DARK: Tokens = {
  canvas: '#0F1412',
  surface: '#161C1A',
  raised: '#1E2623',
  selected: '#1D322D',
  bubbleIn: '#252F2B',
  border: '#2C3733',
  borderStrong: '#788780',
  text: '#E8EEEB',
  text2: '#B4C1BB',
  text3: '#96A49E',
  accent: '#0F766C',
  onAccent: '#FFFFFF',
  accentHover: '#0D6A61',
  accentText: '#62CBBD',
  accentSoft: '#15332E',
  danger: '#FF8A80',
  dangerSoft: '#3A1B19',
  onDanger: '#000000',
  warning: '#F0B458',
  warningSoft: '#362911',
  success: '#6FCF91',
  successSoft: '#15301F',
  info: '#8AB8F5',
  infoSoft: '#182A42',
  note: '#332A12',
  noteText: '#F4E3B2',
  noteBorder: '#A98636',
  online: '#4CC07A',
  away: '#E0A23F',
};

/** Both schemes; every colour of the console stands here. */
export const TOKENS = { light: LIGHT, dark: DARK } as const;

/** Eight pairs of fill and initials; a face's hue follows from its id. */
export const AVATAR_TOKENS = {
  light: avatarPairs(
    '#FFD0CF/#5E2B2C #FAD6BA/#59320C #E6E0B6/#463D00 #C8E8C8/#214723 #B5EAE6/#004946 #BCE5FE/#02435F #D9DAFF/#393763 #F6D1ED/#552D4D',
  ),
  dark: avatarPairs(
    '#4F2D2D/#FFD0CF #4B321C/#FAD6BA #3E3818/#E6E0B6 #273F28/#C8E8C8 #11403E/#B5EAE6 #1B3C4E/#BCE5FE #353451/#D9DAFF #482E42/#F6D1ED',
  ),
} as const;

/** What the palette holds beyond MUI's own names. */
export type ChatPalette = Pick<
  Tokens,
  | 'canvas'
  | 'raised'
  | 'selected'
  | 'bubbleIn'
  | 'borderStrong'
  | 'text3'
  | 'accentHover'
  | 'accentText'
  | 'accentSoft'
  | 'dangerSoft'
  | 'warningSoft'
  | 'successSoft'
  | 'infoSoft'
  | 'note'
  | 'noteText'
  | 'noteBorder'
  | 'online'
  | 'away'
> & { avatars: Record<string, { fill: string; ink: string }> };

declare module '@mui/material/styles' {
  interface Palette {
    chat: ChatPalette;
  }
  interface PaletteOptions {
    chat?: ChatPalette;
  }
  interface CssThemeVariables {
    enabled: true;
  }
}

/** The console's theme. Colours reach the page as CSS variables, so that a change of scheme repaints and renders nothing. */
export const theme = createTheme({
  cssVariables: { cssVarPrefix: 'alcove', colorSchemeSelector: 'data-theme' },
  colorSchemes: { light: { palette: paletteOf('light') }, dark: { palette: paletteOf('dark') } },
  spacing: 4,
  shape: { borderRadius: 8 },
  breakpoints: { values: { xs: 0, sm: 600, md: 900, lg: 1200, xl: 1536 } },
  typography: {
    fontFamily:
      'system-ui, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", sans-serif',
    fontWeightLight: 400,
    fontWeightMedium: 600,
    fontWeightBold: 600,
    h1: type(20, 28, 600),
    h2: type(16, 24, 600),
    h3: type(14, 20, 600),
    subtitle1: type(15, 22),
    subtitle2: type(13, 18, 600),
    body1: type(14, 20),
    body2: type(13, 18),
    caption: type(12, 16),
    overline: { ...type(12, 16, 600), textTransform: 'none', letterSpacing: 0 },
    button: { ...type(14, 20, 600), textTransform: 'none', letterSpacing: 0 },
  },
  transitions: {
    duration: {
      shortest: 120,
      shorter: 120,
      short: 120,
      standard: 200,
      enteringScreen: 200,
      leavingScreen: 140,
    },
    easing: {
      easeInOut: 'cubic-bezier(.2,.8,.2,1)',
      easeOut: 'cubic-bezier(.2,.8,.2,1)',
      easeIn: 'cubic-bezier(.2,.8,.2,1)',
      sharp: 'cubic-bezier(.2,.8,.2,1)',
    },
  },
  components,
});

function paletteOf(scheme: 'light' | 'dark') {
  const tokens = TOKENS[scheme];
  return {
    contrastThreshold: 4.5,
    primary: { main: tokens.accent, dark: tokens.accentHover, contrastText: tokens.onAccent },
    error: { main: tokens.danger, contrastText: tokens.onDanger },
    warning: { main: tokens.warning },
    success: { main: tokens.success },
    info: { main: tokens.info },
    text: { primary: tokens.text, secondary: tokens.text2, disabled: tokens.text3 },
    divider: tokens.border,
    background: { default: tokens.canvas, paper: tokens.surface },
    action: { hover: tokens.bubbleIn, selected: tokens.selected },
    chat: {
      canvas: tokens.canvas,
      raised: tokens.raised,
      selected: tokens.selected,
      bubbleIn: tokens.bubbleIn,
      borderStrong: tokens.borderStrong,
      text3: tokens.text3,
      accentHover: tokens.accentHover,
      accentText: tokens.accentText,
      accentSoft: tokens.accentSoft,
      dangerSoft: tokens.dangerSoft,
      warningSoft: tokens.warningSoft,
      successSoft: tokens.successSoft,
      infoSoft: tokens.infoSoft,
      note: tokens.note,
      noteText: tokens.noteText,
      noteBorder: tokens.noteBorder,
      online: tokens.online,
      away: tokens.away,
      avatars: AVATAR_TOKENS[scheme],
    },
  };
}

/** In rem, so that a larger font chosen in the browser is honoured. */
function type(size: number, line: number, weight: 400 | 600 = 400) {
  return {
    fontSize: `${size / 16}rem`,
    lineHeight: line / size,
    fontWeight: weight,
    letterSpacing: 0,
  };
}

function avatarPairs(pairs: string): Record<string, { fill: string; ink: string }> {
  return Object.fromEntries(
    pairs.split(' ').map((pair, index) => {
      const [fill = '', ink = ''] = pair.split('/');
      return [`hue${index}`, { fill, ink }];
    }),
  );
}
