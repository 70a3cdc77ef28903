import type { Agent, Cursor, InboxRow, MessageReceipt } from '@alcove/protocol';
import Button from '@mui/material/Button';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import Popover, { type PopoverActions } from '@mui/material/Popover';
import { styled } from '@mui/material/styles';
import { X } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import { useSelector } from 'react-redux';
import { type ChatRoot, selectLog } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { reasonOf } from '../client/reason.ts';
import { useLoad } from '../client/use-load.ts';
import { Delayed } from '../shared/Delayed.tsx';
import { t } from '../shared/texts.ts';
import { exactTime } from '../shared/times.ts';
import { useIsNarrow } from '../shared/use-layout.ts';
import type { MessageItem } from './message-acts.ts';
import { Receipts } from './Receipts.tsx';
import { Head, Note, Steps } from './story-parts.tsx';

interface MessageStoryProps {
  row: InboxRow;
  item: MessageItem;
  self: Agent | null;
  anchor: HTMLElement;
  onClose(): void;
}

/** How a message travelled: written, stored, and by whom it was received and read. */
export function MessageStory({ row, item, self, anchor, onClose }: MessageStoryProps) {
  const title = useId();
  const content = (
    <>
      <Head>
        <h2 id={title}>{t('story.title')}</h2>
        <IconButton size="small" aria-label={t('story.close')} onClick={onClose}>
          <X size={16} aria-hidden />
        </IconButton>
      </Head>
      <Origin item={item} />
      {item.seq !== undefined && <Journey row={row} item={item} seq={item.seq} self={self} />}
    </>
  );
  return (
    <Surface titleId={title} anchor={anchor} isOwn={item.isOwn} onClose={onClose}>
      {content}
    </Surface>
  );
}

interface SurfaceProps {
  titleId: string;
  anchor: HTMLElement;
  isOwn: boolean;
  onClose(): void;
  children: ReactNode;
}

const Sheet = styled('div')({ padding: '8px 16px 16px', inlineSize: 360, maxInlineSize: '100%' });

const FOOT = { borderRadius: '20px 20px 0 0', backgroundColor: 'chat.raised' } as const;
const FLOATING = {
  borderRadius: '12px',
  backgroundColor: 'chat.raised',
  boxShadow: '0 0 0 1px rgb(0 0 0 / .06), 0 4px 16px rgb(0 0 0 / .16)',
} as const;

/** Beside what was pressed; from the foot of a phone. */
function Surface({ titleId, anchor, isOwn, onClose, children }: SurfaceProps) {
  const isNarrow = useIsNarrow();
  const sx = isNarrow ? FOOT : FLOATING;
  const paper = { role: 'dialog', 'aria-modal': true, 'aria-labelledby': titleId, sx };
  if (isNarrow) {
    return (
      <Drawer anchor="bottom" open onClose={onClose} slotProps={{ paper }}>
        <Sheet sx={{ inlineSize: '100%' }}>{children}</Sheet>
      </Drawer>
    );
  }
  return (
    <Beside anchor={anchor} isOwn={isOwn} paper={paper} onClose={onClose}>
      {children}
    </Beside>
  );
}

interface BesideProps extends Omit<SurfaceProps, 'titleId'> {
  paper: object;
}

function Beside({ anchor, isOwn, paper, onClose, children }: BesideProps) {
  const position = useRef<PopoverActions>(null);
  const watch = useCallback((sheet: HTMLElement | null) => {
    if (!sheet) return undefined;
    // It grows when what is asked for comes in, and shall not grow out of the page.
    const observer = new ResizeObserver(() => position.current?.updatePosition());
    observer.observe(sheet);
    return () => observer.disconnect();
  }, []);
  const isRtl = document.documentElement.dir === 'rtl';
  const horizontal = isOwn === isRtl ? 'left' : 'right';
  return (
    <Popover
      open
      action={position}
      anchorEl={anchor}
      onClose={onClose}
      anchorOrigin={{ vertical: 'bottom', horizontal }}
      transformOrigin={{ vertical: 'top', horizontal }}
      slotProps={{ paper }}
    >
      <Sheet ref={watch}>{children}</Sheet>
    </Popover>
  );
}

/** What this client knows by itself, so that it stands there at once. */
function Origin({ item }: { item: MessageItem }) {
  return (
    <Steps>
      {item.writtenAt !== undefined && (
        <div>
          <dt>
            {t('story.written')}
            <Note>{t('story.written_clock')}</Note>
          </dt>
          <dd>{exactTime(item.writtenAt)}</dd>
        </div>
      )}
      <div>
        <dt>
          {t('story.stored')}
          {item.seq !== undefined && <Note>{t('story.stored_place', { seq: item.seq })}</Note>}
        </dt>
        <dd>{item.seq === undefined ? t('story.not_yet') : exactTime(item.at)}</dd>
      </div>
      {item.editedAt !== undefined && item.content.kind !== 'deleted' && (
        <div>
          <dt>{t('story.edited')}</dt>
          <dd>{exactTime(item.editedAt)}</dd>
        </div>
      )}
    </Steps>
  );
}

/** What one reads oneself is known here a moment before it is stored there. */
const LOOK_AGAIN_MS = 1_000;

function isBehindOf({ seq, receipts }: MessageReceipt, cursors: readonly Cursor[] = []): boolean {
  return receipts.some(
    ({ participant, readAt }) =>
      readAt === null &&
      cursors.some((cursor) => cursor.participant.id === participant.id && cursor.read >= seq),
  );
}

interface JourneyProps {
  row: InboxRow;
  item: MessageItem;
  seq: number;
  self: Agent | null;
}

function Journey({ row, item, seq, self }: JourneyProps) {
  const client = useClient();
  const cursors = useSelector((root: ChatRoot) => selectLog(root, row.id)?.cursors);
  const [looks, setLooks] = useState(0);
  const load = useCallback(
    (): Promise<MessageReceipt> => client.getReceipt(row.id, seq),
    // Asked again when somebody gets further while the story is open.
    // eslint-disable-next-line react/exhaustive-deps
    [client, row.id, seq, cursors, looks],
  );
  const [loaded, , again] = useLoad(load);
  const isBehind = loaded.status === 'loaded' && isBehindOf(loaded.value, cursors);
  useEffect(() => {
    if (!isBehind) return;
    const timer = setTimeout(() => setLooks((count) => count + 1), LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isBehind, looks]);
  if (loaded.status === 'loading') {
    return (
      <Note role="status">
        <Delayed>{t('story.loading')}</Delayed>
      </Note>
    );
  }
  if (loaded.status === 'failed') {
    return (
      <Note role="alert">
        {t('story.failed', { reason: reasonOf(loaded.error) })}{' '}
        <Button size="small" variant="text" onClick={again}>
          {t('story.retry')}
        </Button>
      </Note>
    );
  }
  return (
    <Receipts receipts={loaded.value.receipts} item={item} contact={row.contact} self={self} />
  );
}
