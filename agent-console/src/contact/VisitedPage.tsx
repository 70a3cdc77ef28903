import type { Page } from '@alcove/protocol';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { styled } from '@mui/material/styles';
import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { withoutOverrides } from '../shared/contact-name.ts';
import { MATCH_PARENT } from '../shared/match-parent.ts';
import { t } from '../shared/texts.ts';
import { pageLink } from './page-link.ts';

const Open = styled('button')(({ theme }) => ({
  font: 'inherit',
  inlineSize: '100%',
  padding: 0,
  border: 0,
  borderRadius: 4,
  cursor: 'pointer',
  background: 'none',
  textAlign: 'start',
  overflowWrap: 'anywhere',
  color: theme.vars.palette.chat.accentText,
  '& svg': { verticalAlign: '-2px', marginInlineStart: 4 },
  '&:hover': { textDecoration: 'underline' },
}));

const Address = styled('span')(({ theme }) => ({
  ...theme.typography.caption,
  display: 'block',
  textAlign: MATCH_PARENT,
  color: theme.vars.palette.text.secondary,
  '& b': { fontWeight: 600 },
}));

/**
 * The page that a visitor is on. A browser can claim any address, so the whole host is shown, and leaving is confirmed.
 */
export function VisitedPage({ page }: { page: Page }) {
  const [isAsking, setIsAsking] = useState(false);
  const link = pageLink(page.url);
  if (!link)
    return <bdi dir="auto">{t('contact.unsafe_page', { url: withoutOverrides(page.url) })}</bdi>;
  const title = withoutOverrides(page.title) || link.host;
  return (
    <>
      <Open type="button" aria-haspopup="dialog" onClick={() => setIsAsking(true)}>
        <span dir="auto">{title}</span>
        <ExternalLink size={14} aria-hidden />
        <Address dir="ltr">
          <b>{link.host}</b>
          {link.path}
        </Address>
      </Open>
      <Dialog open={isAsking} onClose={() => setIsAsking(false)} maxWidth="xs" fullWidth>
        <DialogTitle>{t('leave.title')}</DialogTitle>
        <DialogContent sx={{ overflowWrap: 'anywhere' }}>
          {t('leave.body')} <b dir="ltr">{link.host}</b>
        </DialogContent>
        <DialogActions>
          <Button onClick={() => setIsAsking(false)}>{t('leave.cancel')}</Button>
          <Button
            variant="contained"
            href={link.href}
            target="_blank"
            rel="noopener noreferrer nofollow"
            onClick={() => setIsAsking(false)}
          >
            {t('leave.open')}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
