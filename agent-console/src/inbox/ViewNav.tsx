import type { InboxView } from '@alcove/protocol';
import { styled } from '@mui/material/styles';
import { useSelector } from 'react-redux';
import { Link } from 'react-router';
import { selectCounts } from '../client/chat.ts';
import { inboxPath, VIEWS } from '../shared/inbox-path.ts';
import { t } from '../shared/texts.ts';

const Nav = styled('nav')({
  display: 'flex',
  paddingInline: 8,
  paddingBlockEnd: 8,
  overflowX: 'auto',
  scrollbarWidth: 'none',
});

const ViewLink = styled(Link)(({ theme }) => ({
  ...theme.typography.body2,
  flex: 'none',
  display: 'inline-flex',
  alignItems: 'center',
  gap: 4,
  minBlockSize: 32,
  paddingInline: 8,
  borderRadius: 8,
  textDecoration: 'none',
  color: theme.vars.palette.text.secondary,
  outlineOffset: -2,
  transition: theme.transitions.create('background-color', { duration: 120 }),
  '&:hover': { backgroundColor: theme.vars.palette.chat.bubbleIn },
  '&[aria-current]': {
    backgroundColor: theme.vars.palette.chat.selected,
    color: theme.vars.palette.chat.accentText,
    fontWeight: 600,
  },
}));

const Count = styled('span')(({ theme }) => ({
  fontVariantNumeric: 'tabular-nums',
  color: theme.vars.palette.chat.text3,
  '[aria-current] &': { color: 'inherit', fontWeight: 600 },
}));

/** The inbox's views with how many conversations each holds; of what is done nobody needs a count. */
export function ViewNav({ view }: { view: InboxView }) {
  const counts = useSelector(selectCounts);
  return (
    <Nav aria-label={t('views.label')}>
      {VIEWS.map((each) => (
        <ViewLink key={each} to={inboxPath(each)} aria-current={each === view ? 'page' : undefined}>
          {t(`views.${each}`)}
          {counts !== null && each !== 'resolved' && counts[each] > 0 && (
            <Count>{counts[each] > 99 ? '99+' : counts[each]}</Count>
          )}
        </ViewLink>
      ))}
    </Nav>
  );
}
