import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { t } from '../shared/texts.ts';
import type { PageLink } from './page-link.ts';

interface LeaveDialogProps {
  link: PageLink;
  isOpen: boolean;
  onClose(): void;
}

/** Asks before a page outside is opened, and names its host. */
export function LeaveDialog({ link, isOpen, onClose }: LeaveDialogProps) {
  return (
    <Dialog open={isOpen} onClose={onClose} maxWidth="xs" fullWidth>
      <DialogTitle>{t('leave.title')}</DialogTitle>
      <DialogContent sx={{ overflowWrap: 'anywhere' }}>
        {t('leave.body')} <b dir="ltr">{link.host}</b>
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{t('leave.cancel')}</Button>
        <Button
          variant="contained"
          href={link.href}
          target="_blank"
          rel="noopener noreferrer nofollow"
          onClick={onClose}
        >
          {t('leave.open')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
