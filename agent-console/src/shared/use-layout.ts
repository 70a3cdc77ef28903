import useMediaQuery from '@mui/material/useMediaQuery';

/** One column, with a way back, below this width. */
export const NARROW = '@media (max-width: 899.95px)';

/** Whether there is room for one column only. */
export function useIsNarrow(): boolean {
  return useMediaQuery(NARROW, { noSsr: true });
}

/** Whether the contact stands beside the conversation. */
export function useIsWide(): boolean {
  return useMediaQuery('@media (min-width: 1200px)', { noSsr: true });
}

/** The edge where lines end: MUI's drawers know left and right only. */
export function endEdge(): 'left' | 'right' {
  return document.documentElement.dir === 'rtl' ? 'left' : 'right';
}

/** Whether fingers do the typing: Enter then breaks the line, since there is no Shift to hold. */
export function isTouch(): boolean {
  return window.matchMedia('(pointer: coarse)').matches;
}
