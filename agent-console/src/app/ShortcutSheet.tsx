import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import { styled } from '@mui/material/styles';
import Switch from '@mui/material/Switch';
import { Fragment } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { Key } from '../shared/Key.tsx';
import { selectHasShortcuts, shortcutsSwitched } from '../shared/preferences.ts';
import { type TextKey, t } from '../shared/texts.ts';
import { undoKeys } from '../shared/undo-keys.ts';

interface Shortcut {
  keys: readonly string[];
  key: Extract<TextKey, `shortcuts.${string}`>;
}

const SHORTCUTS: readonly Shortcut[] = [
  { keys: ['J', '↓'], key: 'shortcuts.next' },
  { keys: ['K', '↑'], key: 'shortcuts.previous' },
  { keys: ['R', 'Enter'], key: 'shortcuts.reply' },
  { keys: ['Esc'], key: 'shortcuts.leave' },
  { keys: ['A'], key: 'shortcuts.assign' },
  { keys: ['E'], key: 'shortcuts.resolve' },
  { keys: [undoKeys().join(' ')], key: 'shortcuts.undo' },
  { keys: ['?'], key: 'shortcuts.sheet' },
];

const IN_MESSAGES: readonly Shortcut[] = [
  { keys: ['↑', '↓'], key: 'shortcuts.messages' },
  { keys: ['R'], key: 'shortcuts.message_reply' },
  { keys: ['E'], key: 'shortcuts.message_edit' },
  { keys: ['↑'], key: 'shortcuts.edit_last' },
];

const List = styled('dl')(({ theme }) => ({
  margin: 0,
  '& > div': {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: 16,
    minBlockSize: 40,
  },
  '& > div + div': { borderBlockStart: `1px solid ${theme.vars.palette.divider}` },
  '& dd': { margin: 0, display: 'flex', alignItems: 'center', gap: 6 },
}));

const Or = styled('span')(({ theme }) => ({
  ...theme.typography.caption,
  color: theme.vars.palette.chat.text3,
}));

const Heading = styled('h3')(({ theme }) => ({
  ...theme.typography.h3,
  margin: '20px 0 4px',
}));

/** Every key that does something by itself, and the switch that turns them off. */
export function ShortcutSheet({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const dispatch = useDispatch();
  const isOn = useSelector(selectHasShortcuts);
  return (
    <Dialog open={isOpen} onClose={onClose} maxWidth="xs" fullWidth>
      <DialogTitle>{t('shortcuts.title')}</DialogTitle>
      <DialogContent>
        <Keys shortcuts={SHORTCUTS} />
        <Heading>{t('shortcuts.in_messages')}</Heading>
        <Keys shortcuts={IN_MESSAGES} />
      </DialogContent>
      <DialogActions sx={{ justifyContent: 'space-between' }}>
        <FormControlLabel
          control={
            <Switch
              checked={isOn}
              onChange={(event) => dispatch(shortcutsSwitched(event.target.checked))}
            />
          }
          label={t('shortcuts.switch')}
        />
        <Button onClick={onClose}>{t('shortcuts.close')}</Button>
      </DialogActions>
    </Dialog>
  );
}

function Keys({ shortcuts }: { shortcuts: readonly Shortcut[] }) {
  return (
    <List>
      {shortcuts.map(({ keys, key }) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd>
            {keys.map((each, index) => (
              <Fragment key={each}>
                {index > 0 && <Or>{t('shortcuts.or')}</Or>}
                <Key>{each}</Key>
              </Fragment>
            ))}
          </dd>
        </div>
      ))}
    </List>
  );
}
