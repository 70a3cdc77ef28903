import { styled } from '@mui/material/styles';

/** The sign of Alcove: an arch with a smaller one inside. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg width={(size * 24) / 28} height={size} viewBox="4 2 24 28" aria-hidden focusable="false">
      <ArchFill d="M16 2c7.2 0 12 5.2 12 12.2V26a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4V14.2C4 7.2 8.8 2 16 2Z" />
      <ArchCut d="M16 10.5c3.7 0 6 2.6 6 6.2V24a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 10 24v-7.3c0-3.6 2.3-6.2 6-6.2Z" />
    </svg>
  );
}

/** The 48 px outline that stands over an empty view. */
export function EmptyArch() {
  return (
    <svg width={48} height={48} viewBox="0 0 48 48" fill="none" aria-hidden focusable="false">
      <ArchLine
        d="M24 5c9.6 0 16 6.9 16 16.2V37a6 6 0 0 1-6 6H14a6 6 0 0 1-6-6V21.2C8 11.9 14.4 5 24 5Z"
        strokeWidth={2}
      />
    </svg>
  );
}

const ArchFill = styled('path')(({ theme }) => ({ fill: theme.vars.palette.primary.main }));
const ArchCut = styled('path')(({ theme }) => ({ fill: theme.vars.palette.primary.contrastText }));
const ArchLine = styled('path')(({ theme }) => ({ stroke: theme.vars.palette.chat.borderStrong }));
