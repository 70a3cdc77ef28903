import type { ThemeOptions } from '@mui/material/styles';

/** How MUI's components are bent to the look: no ripples, no capitals, no elevation but on what floats, one focus ring. */
export const components: ThemeOptions['components'] = {
  MuiCssBaseline: {
    styleOverrides: (theme) => ({
      'html, body, #root': { blockSize: '100%' },
      body: {
        ...theme.typography.body1,
        backgroundColor: theme.vars.palette.chat.canvas,
        // The console scrolls in its columns only.
        overflow: 'hidden',
      },
      ':focus-visible': {
        outline: `2px solid ${theme.vars.palette.chat.accentText}`,
        outlineOffset: 2,
      },
      // Icons that point somewhere.
      '[dir="rtl"] .flips': { transform: 'scaleX(-1)' },
      '::selection': {
        backgroundColor: theme.vars.palette.primary.main,
        color: theme.vars.palette.primary.contrastText,
      },
      '@media (prefers-reduced-motion: reduce)': {
        '*, *::before, *::after': {
          animationDuration: '80ms !important',
          animationIterationCount: '1 !important',
          transitionDuration: '80ms !important',
          scrollBehavior: 'auto !important',
        },
      },
    }),
  },
  MuiButtonBase: {
    defaultProps: { disableRipple: true },
    styleOverrides: {
      root: ({ theme }) => ({
        '&.Mui-focusVisible': {
          outline: `2px solid ${theme.vars.palette.chat.accentText}`,
          outlineOffset: 2,
        },
      }),
    },
  },
  MuiButton: {
    defaultProps: { disableElevation: true, size: 'medium' },
    styleOverrides: {
      root: ({ theme, ownerState }) => ({
        minBlockSize: 36,
        minInlineSize: 0,
        paddingInline: 14,
        paddingBlock: 6,
        whiteSpace: 'nowrap',
        ...(ownerState.size === 'small' && {
          minBlockSize: 32,
          paddingInline: 12,
          paddingBlock: 4,
          fontSize: '0.8125rem',
        }),
        ...(ownerState.variant === 'contained' &&
          ownerState.color !== 'error' && {
            boxShadow: `inset 0 0 0 1px rgb(255 255 255 / .14)`,
            '&:hover': { backgroundColor: theme.vars.palette.chat.accentHover },
            '&.Mui-disabled': {
              backgroundColor: theme.vars.palette.chat.bubbleIn,
              color: theme.vars.palette.chat.text3,
              boxShadow: 'none',
            },
          }),
        ...(ownerState.variant === 'outlined' && {
          borderColor: theme.vars.palette.chat.borderStrong,
          color: theme.vars.palette.text.primary,
          '&:hover': {
            borderColor: theme.vars.palette.chat.borderStrong,
            backgroundColor: theme.vars.palette.chat.bubbleIn,
          },
        }),
        ...(ownerState.variant === 'text' &&
          ownerState.color !== 'error' &&
          ownerState.color !== 'inherit' && {
            color: theme.vars.palette.chat.accentText,
            '&:hover': { backgroundColor: theme.vars.palette.chat.accentSoft },
          }),
      }),
      // MUI sets these by left and right.
      startIcon: { marginInline: '-2px 8px' },
      endIcon: { marginInline: '6px -4px' },
    },
  },
  MuiIconButton: {
    styleOverrides: {
      root: ({ theme }) => ({
        inlineSize: 36,
        blockSize: 36,
        padding: 0,
        borderRadius: 8,
        color: theme.vars.palette.text.secondary,
        '&:hover': {
          backgroundColor: theme.vars.palette.chat.bubbleIn,
          color: theme.vars.palette.text.primary,
        },
      }),
      sizeSmall: { inlineSize: 28, blockSize: 28 },
    },
  },
  MuiOutlinedInput: {
    styleOverrides: {
      root: ({ theme }) => ({
        backgroundColor: theme.vars.palette.background.paper,
        '&:hover .MuiOutlinedInput-notchedOutline': {
          borderColor: theme.vars.palette.text.secondary,
        },
        '&.Mui-focused:not(.Mui-error) .MuiOutlinedInput-notchedOutline': {
          borderColor: theme.vars.palette.chat.accentText,
          borderWidth: 2,
        },
      }),
      notchedOutline: ({ theme }) => ({
        borderColor: theme.vars.palette.chat.borderStrong,
        // Without a label in the line there is no gap to make.
        insetBlockStart: 0,
        '& legend': { display: 'none' },
      }),
      input: ({ ownerState }) => ({
        paddingBlock: ownerState.size === 'small' ? 8 : 10,
        paddingInline: 12,
        blockSize: 'auto',
      }),
    },
  },
  MuiSelect: {
    styleOverrides: {
      // MUI sets these by left and right, and more specifically.
      select: { '&&&': { paddingInline: '12px 32px', minBlockSize: 0 } },
      icon: { right: 'auto', insetInlineEnd: 7 },
    },
  },
  // Labels stand above their fields: they never move, and never hide what is asked.
  MuiInputLabel: {
    defaultProps: { shrink: true },
    styleOverrides: {
      root: ({ theme }) => ({
        ...theme.typography.subtitle2,
        position: 'static',
        transform: 'none',
        maxInlineSize: '100%',
        marginBlockEnd: 6,
        color: theme.vars.palette.text.primary,
        '&.Mui-focused:not(.Mui-error)': { color: theme.vars.palette.text.primary },
      }),
    },
  },
  MuiFormHelperText: { styleOverrides: { root: { marginInline: 0 } } },
  MuiPaper: {
    defaultProps: { elevation: 0 },
    styleOverrides: { root: { backgroundImage: 'none' } },
  },
  MuiMenu: {
    defaultProps: { slotProps: { paper: { elevation: 8 } } },
    styleOverrides: {
      paper: ({ theme }) => ({
        backgroundColor: theme.vars.palette.chat.raised,
        borderRadius: 12,
        boxShadow: '0 0 0 1px rgb(0 0 0 / .06), 0 4px 16px rgb(0 0 0 / .16)',
        marginBlock: 4,
      }),
      list: { padding: 4 },
    },
  },
  MuiMenuItem: {
    styleOverrides: {
      root: ({ theme }) => ({
        minBlockSize: 36,
        paddingInline: 8,
        paddingBlock: 6,
        gap: 8,
        borderRadius: 8,
        ...theme.typography.body1,
        // A ring around would lie on the neighbours.
        '&.Mui-focusVisible': { outlineOffset: -2 },
        '&.Mui-focusVisible, &:hover': { backgroundColor: theme.vars.palette.chat.bubbleIn },
        '&.Mui-selected, &.Mui-selected:hover, &.Mui-selected.Mui-focusVisible': {
          backgroundColor: theme.vars.palette.chat.selected,
        },
      }),
    },
  },
  MuiDialog: {
    styleOverrides: {
      paper: ({ theme }) => ({
        backgroundColor: theme.vars.palette.chat.raised,
        borderRadius: 12,
        boxShadow: '0 0 0 1px rgb(0 0 0 / .06), 0 12px 40px -8px rgb(0 0 0 / .24)',
      }),
    },
  },
  MuiDialogTitle: {
    styleOverrides: { root: ({ theme }) => ({ ...theme.typography.h2, padding: '20px 24px 8px' }) },
  },
  MuiDialogActions: { styleOverrides: { root: { padding: '12px 24px 20px', gap: 4 } } },
  MuiTooltip: {
    defaultProps: { enterDelay: 500, enterNextDelay: 300, disableInteractive: true },
    styleOverrides: {
      tooltip: ({ theme }) => ({
        ...theme.typography.caption,
        backgroundColor: theme.vars.palette.text.primary,
        color: theme.vars.palette.background.paper,
        borderRadius: 6,
        padding: '4px 8px',
      }),
    },
  },
  MuiTabs: {
    styleOverrides: {
      root: { minBlockSize: 40 },
      indicator: ({ theme }) => ({ backgroundColor: theme.vars.palette.chat.accentText }),
    },
  },
  MuiTab: {
    styleOverrides: {
      root: ({ theme }) => ({
        ...theme.typography.body2,
        minBlockSize: 40,
        minInlineSize: 0,
        padding: '8px',
        textTransform: 'none',
        color: theme.vars.palette.text.secondary,
        '&.Mui-selected': { color: theme.vars.palette.chat.accentText, fontWeight: 600 },
      }),
    },
  },
  MuiAlert: {
    styleOverrides: {
      root: ({ theme, ownerState }) => ({
        ...theme.typography.body2,
        alignItems: 'center',
        padding: '4px 12px',
        color: theme.vars.palette.text.primary,
        backgroundColor: {
          error: theme.vars.palette.chat.dangerSoft,
          warning: theme.vars.palette.chat.warningSoft,
          success: theme.vars.palette.chat.successSoft,
          info: theme.vars.palette.chat.infoSoft,
        }[ownerState.severity ?? 'success'],
        '& .MuiAlert-icon': { marginInlineEnd: 8, fontSize: 20, alignSelf: 'flex-start' },
      }),
      action: { marginInline: 'auto -4px', paddingInlineStart: 12, paddingBlockStart: 2 },
    },
  },
  // Over the oldest of what is shown: below, it would lie on the reply and on what failed.
  MuiSnackbar: {
    defaultProps: { anchorOrigin: { vertical: 'top', horizontal: 'center' } },
    styleOverrides: {
      root: {
        '&&': { top: 72 },
        '& .MuiAlert-root': {
          boxShadow: '0 0 0 1px rgb(0 0 0 / .06), 0 4px 16px rgb(0 0 0 / .16)',
        },
      },
    },
  },
  MuiSkeleton: {
    defaultProps: { animation: 'pulse' },
    styleOverrides: {
      root: ({ theme }) => ({ backgroundColor: theme.vars.palette.chat.bubbleIn }),
    },
  },
  MuiLink: {
    styleOverrides: { root: ({ theme }) => ({ color: theme.vars.palette.chat.accentText }) },
  },
  MuiSwitch: {
    styleOverrides: {
      switchBase: ({ theme }) => ({
        '&.Mui-checked': { color: theme.vars.palette.chat.accentText },
        '&.Mui-checked + .MuiSwitch-track': {
          backgroundColor: theme.vars.palette.chat.accentText,
        },
      }),
      track: ({ theme }) => ({ backgroundColor: theme.vars.palette.chat.borderStrong, opacity: 1 }),
      thumb: { boxShadow: '0 0 0 1px rgb(0 0 0 / .2)' },
    },
  },
};
