import { textOf } from '@alcove/protocol';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { styled } from '@mui/material/styles';
import { t } from '../shared/texts.ts';
import type { MessageItem } from './message-acts.ts';

const Words = styled('blockquote')(({ theme }) => ({
  ...theme.typography.body1,
  margin: '12px 0 0',
  padding: '8px 12px',
  borderRadius: 8,
  overflow: 'hidden',
  display: '-webkit-box',
  WebkitBoxOrient: 'vertical',
  WebkitLineClamp: 4,
  overflowWrap: 'anywhere',
  backgroundColor: theme.vars.palette.chat.bubbleIn,
}));

const Body = styled('p')(({ theme }) => ({
  margin: 0,
  color: theme.vars.palette.text.secondary,
}));

interface DeleteDialogProps {
  item: MessageItem;
  onDelete(): void;
  onClose(): void;
}

/** Asks before a message is taken back: its words cannot be fetched again. */
export function DeleteDialog({ item, onDelete, onClose }: DeleteDialogProps) {
  return (
    <Dialog open onClose={onClose} maxWidth="xs" fullWidth>
      <DialogTitle>{t('delete.title')}</DialogTitle>
      <DialogContent>
        <Body>{t('delete.body')}</Body>
        <Words dir="auto">{textOf(item.content)}</Words>
      </DialogContent>
      <DialogActions>
        <Button color="inherit" autoFocus onClick={onClose}>
          {t('delete.cancel')}
        </Button>
        <Button variant="contained" color="error" onClick={onDelete}>
          {t('delete.confirm')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
