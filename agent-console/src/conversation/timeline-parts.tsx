import { keyframes, styled } from '@mui/material/styles';

/** The widest a line of talk gets, in px. */
export const TEXT_COLUMN = 760;

export const Root = styled('div')({
  position: 'relative',
  flex: 1,
  minBlockSize: 0,
});

/** Scrolls by itself and keeps its own place, see `createScrollKeeper`. */
export const Scroller = styled('div')({
  position: 'absolute',
  inset: 0,
  display: 'flex',
  flexDirection: 'column',
  overflowY: 'auto',
  overflowAnchor: 'none',
  overscrollBehavior: 'contain',
  outlineOffset: -2,
  // A short conversation stands at the foot, where one writes.
  '& > :first-of-type': { marginBlockStart: 'auto' },
  '& > *': { flex: 'none' },
});

export const Lines = styled('div')({ position: 'static' });

/** Room above the first line, where loading is told. */
export const Older = styled('div')(({ theme }) => ({
  ...theme.typography.caption,
  minBlockSize: 24,
  paddingBlockStart: 4,
  textAlign: 'center',
  color: theme.vars.palette.chat.text3,
}));

/** One row of the timeline on the text column. */
export const Row = styled('div')({
  inlineSize: '100%',
  maxInlineSize: TEXT_COLUMN,
  marginInline: 'auto',
  paddingInline: 24,
  display: 'flex',
  flexDirection: 'column',
  '@media (max-width: 899.95px)': { paddingInline: 12 },
});

const flash = keyframes({ '0%, 60%': { opacity: 1 }, to: { opacity: 0 } });

export const MessageRowRoot = styled(Row)(({ theme }) => ({
  position: 'relative',
  paddingBlockStart: 2,
  outline: 'none',
  '&[data-first]': { paddingBlockStart: 12 },
  '&[data-own]': { alignItems: 'flex-end' },
  // The ring lies on what was said, not on the whole line.
  '&:focus-visible > * > [data-said]': {
    outline: `2px solid ${theme.vars.palette.chat.accentText}`,
    outlineOffset: 2,
  },
  // Where a quote led to. Behind the words, since a fill of its own would change their contrast.
  '&[data-found]::before': {
    content: '""',
    position: 'absolute',
    zIndex: -1,
    insetBlock: '4px -4px',
    insetInline: 0,
    borderRadius: 12,
    opacity: 0,
    backgroundColor: theme.vars.palette.chat.accentSoft,
    animation: `${flash} 2s linear`,
  },
}));

/** A visitor's face stands beside the last bubble of a group; the others keep its place free. */
export const Side = styled('div')({
  display: 'flex',
  alignItems: 'flex-end',
  gap: 8,
  inlineSize: '100%',
  position: 'relative',
  '[data-own] > &': { flexDirection: 'row-reverse' },
});

export const FacePlace = styled('span')({ flex: 'none', inlineSize: 28 });

const rise = keyframes({
  from: { opacity: 0, transform: 'translateY(6px)' },
});

export const Bubble = styled('div')(({ theme }) => ({
  ...theme.typography.subtitle1,
  maxInlineSize: 'min(82%, 52ch)',
  paddingInline: 12,
  paddingBlock: 8,
  borderRadius: 18,
  whiteSpace: 'pre-wrap',
  overflowWrap: 'anywhere',
  backgroundColor: theme.vars.palette.chat.bubbleIn,
  border: '1px solid transparent',
  // The corner towards the speaker is small at the end of a group only.
  '[data-last] > * > &': { borderEndStartRadius: 6 },
  '[data-own] > * > &': {
    backgroundColor: theme.vars.palette.primary.main,
    color: theme.vars.palette.primary.contrastText,
    borderColor: 'rgb(255 255 255 / .14)',
  },
  '[data-own][data-last] > * > &': { borderEndStartRadius: 18, borderEndEndRadius: 6 },
  // What waits is an outline with normal text: never faded, so it stays readable.
  '[data-own][data-state="waiting"] > * > &, [data-own][data-state="failed"] > * > &': {
    backgroundColor: 'transparent',
    color: theme.vars.palette.text.primary,
    borderColor: theme.vars.palette.chat.borderStrong,
  },
  // What was taken back leaves its place.
  '[data-deleted] > * > &, [data-own][data-deleted] > * > &': {
    backgroundColor: 'transparent',
    color: theme.vars.palette.text.secondary,
    borderColor: theme.vars.palette.divider,
  },
  '[data-own][data-state="failed"] > * > &': { borderColor: theme.vars.palette.error.main },
  '[data-own]:not([data-state="failed"])[data-fresh] > * > &': {
    '@media (prefers-reduced-motion: no-preference)': {
      animation: `${rise} 200ms cubic-bezier(.2,.8,.2,1)`,
    },
  },
}));

/** The words. A block, so that it takes the direction of its own text. */
export const Words = styled('span')({
  display: 'block',
  '& > svg': { verticalAlign: '-2px', marginInlineEnd: 6 },
});

export const Emoji = styled('div')({ fontSize: 32, lineHeight: '40px', paddingInline: 2 });

export const Meta = styled('div')(({ theme }) => ({
  ...theme.typography.caption,
  display: 'flex',
  flexWrap: 'wrap',
  alignItems: 'center',
  gap: 6,
  paddingBlockStart: 4,
  paddingInline: '40px 4px',
  fontVariantNumeric: 'tabular-nums',
  color: theme.vars.palette.chat.text3,
  '[data-own] > &': { paddingInline: '4px 40px', justifyContent: 'flex-end' },
  // Drawn, not said: a screen reader pauses between the parts anyway.
  '& > * + :not([role="alert"])::before': {
    content: '"·" / ""',
    marginInlineEnd: 6,
    display: 'inline-block',
  },
}));

export const Failure = styled('span')(({ theme }) => ({
  display: 'inline-flex',
  flexWrap: 'wrap',
  justifyContent: 'flex-end',
  alignItems: 'center',
  gap: 4,
  color: theme.vars.palette.error.main,
}));

/** A time or a state that opens the story of its message. */
export const StoryButton = styled('button')({
  font: 'inherit',
  fontVariantNumeric: 'inherit',
  minBlockSize: 24,
  marginBlock: -4,
  paddingInline: 2,
  marginInline: -2,
  border: 0,
  borderRadius: 6,
  cursor: 'pointer',
  background: 'none',
  color: 'inherit',
  '&:hover': { textDecoration: 'underline' },
});

export const TextButton = styled('button')(({ theme }) => ({
  ...theme.typography.caption,
  fontFamily: 'inherit',
  fontWeight: 600,
  minBlockSize: 24,
  paddingInline: 6,
  border: 0,
  borderRadius: 6,
  cursor: 'pointer',
  background: 'none',
  color: theme.vars.palette.chat.accentText,
  '&[data-danger]': { color: theme.vars.palette.error.main },
  '&:hover': { backgroundColor: theme.vars.palette.chat.bubbleIn },
}));

/** Centred lines without boxes: days, and what happened besides messages. */
export const Centre = styled(Row)(({ theme }) => ({
  ...theme.typography.caption,
  alignItems: 'center',
  textAlign: 'center',
  paddingBlock: '12px 0',
  color: theme.vars.palette.chat.text3,
  '&[data-day]': { paddingBlock: '20px 4px', fontWeight: 600 },
}));

export const NewLine = styled(Row)(({ theme }) => ({
  ...theme.typography.caption,
  flexDirection: 'row',
  alignItems: 'center',
  gap: 8,
  paddingBlock: '16px 4px',
  fontWeight: 600,
  color: theme.vars.palette.chat.accentText,
  '&::before': { content: '""', flex: 1, borderBlockStart: '1px solid currentColor' },
}));

/** The end of a message; that it came into view tells that the whole was. */
export const End = styled('span')({
  display: 'block',
  blockSize: 1,
  inlineSize: 1,
  marginBlockStart: -1,
});
