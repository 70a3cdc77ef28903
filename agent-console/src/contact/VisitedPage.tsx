import type { Page } from '@alcove/protocol';
import { styled } from '@mui/material/styles';
import { ExternalLink } from 'lucide-react';
import { useState } from 'react';
import { withoutOverrides } from '../shared/contact-name.ts';
import { MATCH_PARENT } from '../shared/match-parent.ts';
import { t } from '../shared/texts.ts';
import { useLate } from '../shared/use-late.ts';
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

const loadDialog = () => import('./LeaveDialog.tsx');

/**
 * The page that a visitor is on. A browser can claim any address, so the whole host is shown, and leaving is confirmed.
 */
export function VisitedPage({ page }: { page: Page }) {
  const [isAsking, setIsAsking] = useState(false);
  const late = useLate(loadDialog, isAsking);
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
      {late && (
        <late.LeaveDialog link={link} isOpen={isAsking} onClose={() => setIsAsking(false)} />
      )}
    </>
  );
}
