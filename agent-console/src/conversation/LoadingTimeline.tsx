import Skeleton from '@mui/material/Skeleton';
import { styled } from '@mui/material/styles';
import { Delayed } from '../shared/Delayed.tsx';
import { t } from '../shared/texts.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';
import { TEXT_COLUMN } from './timeline-parts.tsx';

const Column = styled('div')({
  flex: 1,
  display: 'flex',
  flexDirection: 'column',
  justifyContent: 'flex-end',
  gap: 12,
  inlineSize: '100%',
  maxInlineSize: TEXT_COLUMN,
  marginInline: 'auto',
  padding: '24px 24px 104px',
  '& > [data-own]': { alignSelf: 'flex-end' },
});

/** Bubbles to come: own side or not, and how wide. */
const SHAPES = [
  { isOwn: false, width: '46%', height: 38 },
  { isOwn: false, width: '62%', height: 60 },
  { isOwn: true, width: '52%', height: 60 },
  { isOwn: false, width: '30%', height: 38 },
  { isOwn: true, width: '40%', height: 38 },
];

/** What stands in a conversation's place while it is on its way. */
export function LoadingTimeline() {
  return (
    <Column role="status">
      <VisuallyHidden>{t('conversation.loading')}</VisuallyHidden>
      <Delayed>
        {SHAPES.map(({ isOwn, width, height }) => (
          <Skeleton
            key={width}
            data-own={isOwn || undefined}
            variant="rectangular"
            width={width}
            height={height}
            sx={{ borderRadius: '18px' }}
          />
        ))}
      </Delayed>
    </Column>
  );
}
