import type { InboxView } from '@alcove/protocol';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import { styled } from '@mui/material/styles';
import { useEffect, useState } from 'react';
import { useSelector } from 'react-redux';
import { useNavigate } from 'react-router';
import { type ChatRoot, selectView } from '../client/chat.ts';
import { useClient } from '../client/console-context.tsx';
import { Delayed } from '../shared/Delayed.tsx';
import { EmptyState } from '../shared/EmptyState.tsx';
import { inboxPath } from '../shared/inbox-path.ts';
import { selectDensity, selectHasShortcuts } from '../shared/preferences.ts';
import { t } from '../shared/texts.ts';
import { useShortcuts } from '../shared/use-shortcuts.ts';
import { VisuallyHidden } from '../shared/VisuallyHidden.tsx';
import { InboxEmpty } from './InboxEmpty.tsx';
import { ROW_HEIGHT } from './inbox-row-parts.tsx';
import { InboxList } from './InboxList.tsx';
import { ViewNav } from './ViewNav.tsx';

const Pane = styled('section')({
  display: 'flex',
  flexDirection: 'column',
  minBlockSize: 0,
  blockSize: '100%',
});

const Title = styled('h1')(({ theme }) => ({
  ...theme.typography.h1,
  margin: 0,
  paddingInline: 16,
  paddingBlock: '14px 10px',
}));

const SKELETONS = Array.from({ length: 8 }, (_, index) => index);

const SkeletonRow = styled('div')({
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  paddingInline: 16,
  '& > :last-child': { flex: 1 },
});

/** The inbox: its views and the conversations of one of them. */
export function InboxPane({
  view,
  conversationId,
}: {
  view: InboxView;
  conversationId: string | undefined;
}) {
  return (
    <Pane aria-label={t('app.inbox')}>
      <Title>{t('app.inbox')}</Title>
      <ViewNav view={view} />
      <ViewContent key={view} view={view} conversationId={conversationId} />
    </Pane>
  );
}

function ViewContent({
  view,
  conversationId,
}: {
  view: InboxView;
  conversationId: string | undefined;
}) {
  const client = useClient();
  const state = useSelector((root: ChatRoot) => selectView(root, view));
  const [hasFailed, setHasFailed] = useState(false);
  const isLoaded = state.next !== undefined;
  useViewKeys(view, conversationId, state.conversationIds);

  const load = () => {
    setHasFailed(false);
    client.loadInbox(view).catch(() => setHasFailed(true));
  };
  useEffect(() => {
    if (!isLoaded) load();
    // Once per view: later pages are asked for by the list.
    // eslint-disable-next-line react/exhaustive-deps
  }, [client, view]);

  if (hasFailed && !isLoaded) {
    return (
      <EmptyState sentence={t('inbox.failed')}>
        <Button variant="outlined" onClick={load}>
          {t('inbox.retry')}
        </Button>
      </EmptyState>
    );
  }
  if (!isLoaded) return <LoadingRows />;
  if (state.conversationIds.length === 0) return <InboxEmpty view={view} />;
  return (
    <InboxList
      view={view}
      conversationIds={state.conversationIds}
      selectedId={conversationId}
      onEnd={() => {
        if (state.next !== null && !state.isLoading) load();
      }}
    />
  );
}

/** `j`, `k` and the arrows walk through the list in the order in which it stands. */
function useViewKeys(
  view: InboxView,
  conversationId: string | undefined,
  ids: readonly string[],
): void {
  const navigate = useNavigate();
  const move = (step: 1 | -1) => (): void | false => {
    const at = conversationId === undefined ? -1 : ids.indexOf(conversationId);
    const next = ids[at < 0 ? 0 : at + step];
    if (next === undefined) return false;
    // The row that was clicked before has no more say in what Enter does.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    return void navigate(inboxPath(view, next));
  };
  useShortcuts(
    { j: move(1), ArrowDown: move(1), k: move(-1), ArrowUp: move(-1) },
    useSelector(selectHasShortcuts),
  );
}

function LoadingRows() {
  const height = ROW_HEIGHT[useSelector(selectDensity)];
  return (
    <div role="status">
      <VisuallyHidden>{t('inbox.loading')}</VisuallyHidden>
      <Delayed>
        {SKELETONS.map((index) => (
          <SkeletonRow key={index} style={{ blockSize: height }}>
            <Skeleton variant="circular" width={height - 24} height={height - 24} />
            <div>
              <Skeleton width={`${62 - (index % 3) * 9}%`} height={18} />
              {height === ROW_HEIGHT.comfortable && (
                <Skeleton width={`${90 - (index % 4) * 8}%`} height={16} />
              )}
            </div>
          </SkeletonRow>
        ))}
      </Delayed>
    </div>
  );
}
