import type { InboxView } from '@alcove/protocol';
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { useSelector } from 'react-redux';
import { Link, useNavigate } from 'react-router';
import { selectCounts, selectLongestWaiting, selectSelf, selectWorkspace } from '../client/chat.ts';
import { useActs } from '../client/use-acts.ts';
import { CopyButton } from '../shared/CopyButton.tsx';
import { EmptyState } from '../shared/EmptyState.tsx';
import { inboxPath } from '../shared/inbox-path.ts';
import { plural, t } from '../shared/texts.ts';

const Snippet = styled('code')(({ theme }) => ({
  ...theme.typography.caption,
  fontFamily: 'ui-monospace, "Cascadia Code", Menlo, Consolas, monospace',
  inlineSize: '100%',
  padding: 12,
  borderRadius: 8,
  textAlign: 'start',
  overflowWrap: 'anywhere',
  userSelect: 'all',
  color: theme.vars.palette.text.primary,
  backgroundColor: theme.vars.palette.chat.bubbleIn,
}));

const Actions = styled('div')({
  display: 'flex',
  flexWrap: 'wrap',
  gap: 8,
  justifyContent: 'center',
});

/** What a view says when it holds nothing. */
export function InboxEmpty({ view }: { view: InboxView }) {
  const counts = useSelector(selectCounts);
  if (view === 'resolved') return <EmptyState sentence={t('inbox.resolved_empty')} />;
  const isNeverUsed = counts !== null && counts.all === 0 && counts.resolved === 0;
  if (isNeverUsed) return <NeverUsed />;
  if (view === 'mine') return <NothingForMe unassigned={counts?.unassigned ?? 0} />;
  return <EmptyState sentence={t(view === 'all' ? 'inbox.all_done' : 'inbox.unassigned_empty')} />;
}

function NeverUsed() {
  const workspace = useSelector(selectWorkspace);
  if (!workspace) return null;
  const tag = `<script async src="${window.location.origin}/w/${workspace.key}.js"></script>`;
  return (
    <EmptyState sentence={t('inbox.never_used')}>
      <Snippet role="textbox" aria-readonly tabIndex={0} aria-label={t('inbox.snippet')} dir="ltr">
        {tag}
      </Snippet>
      <Actions>
        <CopyButton
          text={tag}
          label={t('inbox.copy')}
          copiedLabel={t('inbox.copied')}
          variant="contained"
        />
        <Button size="small" variant="outlined" href="/demo/" target="_blank" rel="noopener">
          {t('inbox.open_demo')}
        </Button>
      </Actions>
    </EmptyState>
  );
}

function NothingForMe({ unassigned }: { unassigned: number }) {
  const acts = useActs();
  const navigate = useNavigate();
  const self = useSelector(selectSelf);
  const longest = useSelector(selectLongestWaiting);
  if (unassigned === 0) return <EmptyState sentence={t('inbox.mine_empty')} />;

  const take = (conversationId: string, agentId: string) => {
    void acts.run({ kind: 'assign', conversationId, from: null, to: agentId });
    void navigate(inboxPath('mine', conversationId));
  };
  return (
    <EmptyState sentence={plural('inbox.mine_empty_unassigned', unassigned)}>
      {longest && self ? (
        <Button variant="contained" onClick={() => take(longest.id, self.id)}>
          {t('inbox.take_longest')}
        </Button>
      ) : (
        <Button variant="outlined" component={Link} to={inboxPath('unassigned')}>
          {t('inbox.show_unassigned')}
        </Button>
      )}
    </EmptyState>
  );
}
