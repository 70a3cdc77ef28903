import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Snackbar from '@mui/material/Snackbar';
import { styled } from '@mui/material/styles';
import { CircleAlert, CircleCheck, Clock, X } from 'lucide-react';
import { type CSSProperties, type Ref, useEffect, useEffectEvent } from 'react';
import { useDispatch, useSelector } from 'react-redux';
import { actWords } from '../client/act-words.ts';
import { type ActNotice, noticeClosed, selectNotice } from '../client/acts.ts';
import { selectAgents, selectSelf } from '../client/chat.ts';
import { useActs } from '../client/use-acts.ts';
import { Key } from '../shared/Key.tsx';
import { t } from '../shared/texts.ts';
import { undoKeys } from '../shared/undo-keys.ts';
import { isTouch } from '../shared/use-layout.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';

/** So long an act can be undone with one press. The time stands still while the pointer or the focus is on the toast. */
const SHOWN_MS = 8_000;

const LOOKS = {
  done: { severity: 'success', Icon: CircleCheck },
  waiting: { severity: 'info', Icon: Clock },
  failed: { severity: 'error', Icon: CircleAlert },
} as const;

/** Below the notice of the connection, the header and what waits under it, in px. */
const BELOW_WAITING = { '&&': { top: 148 } };

const Keys = styled('span')({ display: 'inline-flex', gap: 2, marginInlineStart: 8 });

/** The one toast: what the latest act brought about, with the way back. */
export function ActToast() {
  const dispatch = useDispatch();
  const acts = useActs();
  const notice = useSelector(selectNotice);
  const sentence = useSentence(notice);
  const undo = notice && 'act' in notice ? () => acts.undo(notice) : null;
  useUndoKeys(undo);
  const close = () => notice && dispatch(noticeClosed(notice.id));
  return (
    <>
      <VisuallyHidden role="status">
        {notice &&
          (undo && !isTouch()
            ? t('act.undo_keys', { sentence, keys: undoKeys().join(' ') })
            : sentence)}
      </VisuallyHidden>
      {notice && (
        <Snackbar
          key={`${notice.id} ${notice.status}`}
          open
          sx={notice.status === 'waiting' ? BELOW_WAITING : undefined}
          autoHideDuration={SHOWN_MS}
          // Escape leaves the field that one is in.
          onClose={(_event, reason) => reason === 'timeout' && close()}
        >
          <Toast notice={notice} sentence={sentence} onUndo={undo} onClose={close} />
        </Snackbar>
      )}
    </>
  );
}

interface ToastProps {
  notice: ActNotice;
  sentence: string;
  onUndo: (() => void) | null;
  onClose(): void;
  // MUI's transition takes hold of its child by these.
  ref?: Ref<HTMLDivElement>;
  style?: CSSProperties;
}

function Toast({ notice, sentence, onUndo, onClose, ...transition }: ToastProps) {
  const { severity, Icon } = LOOKS[notice.status];
  return (
    <Alert
      {...transition}
      role="group"
      aria-label={sentence}
      severity={severity}
      icon={<Icon size={20} aria-hidden />}
      action={
        <>
          {onUndo && (
            <Button size="small" variant="text" onClick={onUndo}>
              {t('act.undo')}
              {!isTouch() && (
                <Keys aria-hidden>
                  {undoKeys().map((key) => (
                    <Key key={key}>{key}</Key>
                  ))}
                </Keys>
              )}
            </Button>
          )}
          <IconButton size="small" aria-label={t('act.close')} onClick={onClose}>
            <X size={16} aria-hidden />
          </IconButton>
        </>
      }
    >
      <span dir="auto">{sentence}</span>
    </Alert>
  );
}

function useSentence(notice: ActNotice | null): string {
  const agents = useSelector(selectAgents);
  const self = useSelector(selectSelf);
  if (!notice) return '';
  if (notice.status === 'failed') return t('act.failed', { reason: notice.reason });
  const nameOf = (id: string) =>
    id === self?.id ? t('act.you') : (agents.find((agent) => agent.id === id)?.name ?? '');
  const words = actWords(notice.act, notice.status === 'done', nameOf);
  return notice.status === 'done' ? words : t('act.waiting', { act: words });
}

/** Ctrl-Z, or Cmd-Z on a Mac; in a field it belongs to what is written there. */
function useUndoKeys(undo: (() => void) | null): void {
  const isOn = undo !== null;
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey)) return;
    if (event.shiftKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (target instanceof Element && target.closest('input, textarea, [contenteditable]')) return;
    event.preventDefault();
    undo?.();
  });
  useEffect(() => {
    if (!isOn) return;
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [isOn]);
}
