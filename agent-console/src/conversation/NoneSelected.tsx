import { styled } from '@mui/material/styles';
import { useSelector } from 'react-redux';
import { EmptyState } from '../shared/EmptyState.tsx';
import { Key } from '../shared/Key.tsx';
import { selectHasShortcuts } from '../shared/preferences.ts';
import { t } from '../shared/texts.ts';

const KEYS = [
  { keys: ['J', 'K'], key: 'shortcuts.move' },
  { keys: ['R'], key: 'shortcuts.reply' },
  { keys: ['E'], key: 'shortcuts.resolve' },
  { keys: ['A'], key: 'shortcuts.assign' },
  { keys: ['?'], key: 'shortcuts.sheet' },
] as const;

const List = styled('dl')(({ theme }) => ({
  ...theme.typography.body2,
  display: 'grid',
  gridTemplateColumns: 'auto auto',
  alignItems: 'center',
  gap: '8px 16px',
  margin: '8px 0 0',
  textAlign: 'start',
  '& dt': { display: 'flex', gap: 4, justifyContent: 'flex-end' },
  '& dd': { margin: 0 },
}));

/** What stands beside the inbox before a conversation is chosen: the five keys worth knowing. */
export function NoneSelected() {
  if (!useSelector(selectHasShortcuts)) return <EmptyState sentence={t('conversation.none')} />;
  return (
    <EmptyState sentence={t('conversation.none')}>
      <List aria-label={t('conversation.keys')}>
        {KEYS.map(({ keys, key }) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt>
              {keys.map((each) => (
                <Key key={each}>{each}</Key>
              ))}
            </dt>
            <dd>{t(key)}</dd>
          </div>
        ))}
      </List>
    </EmptyState>
  );
}
