import IconButton from '@mui/material/IconButton';
import { styled } from '@mui/material/styles';
import Tooltip from '@mui/material/Tooltip';
import { Check, CheckCheck, Copy, type LucideIcon, Pencil, Reply, Trash2 } from 'lucide-react';
import { useCallback, useState } from 'react';
import { t } from '../shared/texts.ts';
import { useCopied } from '../shared/use-copied.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';
import { actsFor, type MessageAct, type MessageItem } from './message-acts.ts';

/** What else stands on the line: a face with its gap, the gap to the tools, the line's own padding. */
const FACE_PX = 36;
const GAP_PX = 6;
const EDGE_PX = 12;

const ICONS: Record<MessageAct, LucideIcon> = {
  reply: Reply,
  edit: Pencil,
  copy: Copy,
  story: CheckCheck,
  delete: Trash2,
};

/** Takes no room, so that nothing moves when it comes. */
const Place = styled('span')({
  flex: 'none',
  inlineSize: 0,
  marginInlineStart: -8,
  '&[data-beside]': { position: 'relative' },
});

const Bar = styled('div')(({ theme }) => ({
  position: 'absolute',
  zIndex: 1,
  display: 'flex',
  gap: 2,
  padding: 2,
  borderRadius: 8,
  backgroundColor: theme.vars.palette.chat.raised,
  boxShadow: '0 0 0 1px rgb(0 0 0 / .08), 0 4px 16px rgb(0 0 0 / .16)',
  '& [data-danger]': { color: theme.vars.palette.error.main },
  // Where a long message leaves no room beside it: over its upper corner.
  insetBlockEnd: 'calc(100% - 8px)',
  insetInlineStart: 44,
  '[data-own] &': { insetInline: 'auto 44px' },
  '[data-beside] > &': { insetBlockEnd: 3, insetInlineStart: 6 },
  '[data-own] [data-beside] > &': { insetInline: 'auto 6px' },
  // Fingers need more.
  '@media (pointer: coarse)': {
    '& .MuiIconButton-root': { inlineSize: 40, blockSize: 40 },
  },
}));

interface MessageActionsProps {
  item: MessageItem;
  onAct(act: MessageAct, item: MessageItem, at: HTMLElement): void;
}

/** What can be done with a message, by its sort. */
export function MessageActions({ item, onAct }: MessageActionsProps) {
  const [isBeside, setIsBeside] = useState(true);
  const place = useCallback((bar: HTMLElement | null) => {
    if (bar) setIsBeside(fitsBeside(bar));
  }, []);
  return (
    <Place data-beside={isBeside || undefined}>
      <Bar ref={place} role="toolbar" aria-label={t('message.actions')}>
        {actsFor(item).map((act) =>
          act === 'copy' ? (
            <CopyAct key={act} text={item.content.kind === 'text' ? item.content.text : ''} />
          ) : (
            <ActButton
              key={act}
              icon={ICONS[act]}
              label={t(`message.act.${act}`)}
              isDangerous={act === 'delete'}
              onPress={(at) => onAct(act, item, at)}
            />
          ),
        )}
      </Bar>
    </Place>
  );
}

function fitsBeside(bar: HTMLElement): boolean {
  const line = bar.closest('[data-message]');
  const said = line?.querySelector<HTMLElement>('[data-said]');
  if (!line || !said) return false;
  return said.offsetWidth + FACE_PX + bar.offsetWidth + GAP_PX <= line.clientWidth - 2 * EDGE_PX;
}

function CopyAct({ text }: { text: string }) {
  const { isCopied, copy } = useCopied(text);
  return (
    <>
      <ActButton icon={isCopied ? Check : Copy} label={t('message.act.copy')} onPress={copy} />
      <VisuallyHidden role="status">{isCopied && t('message.copied')}</VisuallyHidden>
    </>
  );
}

interface ActButtonProps {
  icon: LucideIcon;
  label: string;
  isDangerous?: boolean;
  onPress(at: HTMLElement): void;
}

function ActButton({ icon: Icon, label, isDangerous, onPress }: ActButtonProps) {
  return (
    <Tooltip title={label}>
      <IconButton
        size="small"
        aria-label={label}
        data-danger={isDangerous || undefined}
        onClick={(event) => onPress(event.currentTarget)}
      >
        <Icon size={16} aria-hidden className={Icon === Reply ? 'flips' : undefined} />
      </IconButton>
    </Tooltip>
  );
}
