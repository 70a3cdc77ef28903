import type { InboxView } from '@alcove/protocol';
import Button from '@mui/material/Button';
import { styled } from '@mui/material/styles';
import { type ComponentPropsWithRef, useEffect, useRef } from 'react';
import { useSelector } from 'react-redux';
import { Virtuoso, type VirtuosoHandle } from 'react-virtuoso';
import { selectDensity } from '../shared/preferences.ts';
import { plural, t } from '../shared/texts.ts';
import { useNow } from '../shared/use-now.ts';
import { InboxRow } from './InboxRow.tsx';
import { ROW_HEIGHT } from './inbox-row-parts.tsx';
import { useSteadyOrder } from './use-steady-order.ts';

interface InboxListProps {
  view: InboxView;
  conversationIds: readonly string[];
  selectedId: string | undefined;
  onEnd(): void;
}

const Root = styled('div')({ position: 'relative', flex: 1, minBlockSize: 0 });

const Moved = styled('div')(({ theme }) => ({
  ...theme.typography.body2,
  position: 'absolute',
  insetBlockStart: 8,
  insetInline: 12,
  zIndex: 1,
  display: 'flex',
  alignItems: 'center',
  justifyContent: 'space-between',
  paddingInline: '12px 4px',
  paddingBlock: 2,
  borderRadius: 8,
  backgroundColor: theme.vars.palette.chat.raised,
  boxShadow: '0 0 0 1px rgb(0 0 0 / .06), 0 4px 16px rgb(0 0 0 / .16)',
}));

/** Virtuoso's own elements with the roles of a list. */
const components = {
  List: (props: ComponentPropsWithRef<'div'>) => (
    <div {...props} role="list" aria-label={t('inbox.list')} />
  ),
  Item: (props: ComponentPropsWithRef<'div'>) => <div {...props} role="listitem" />,
};

/** The conversations of a view. Its order is live, but holds still while the pointer is over it. */
export function InboxList({ view, conversationIds, selectedId, onEnd }: InboxListProps) {
  const density = useSelector(selectDensity);
  const now = useNow();
  const order = useSteadyOrder(conversationIds);
  const list = useRef<VirtuosoHandle>(null);
  useEffect(() => {
    const index = selectedId === undefined ? -1 : order.ids.indexOf(selectedId);
    if (index >= 0) list.current?.scrollIntoView({ index, behavior: 'auto' });
    // Follows the selection, not the order: a list that scrolls by itself would be a nuisance.
    // eslint-disable-next-line react/exhaustive-deps
  }, [selectedId]);
  return (
    <Root
      onPointerEnter={(event) => event.pointerType === 'mouse' && order.hold()}
      onPointerLeave={order.release}
    >
      {order.changes > 0 && (
        <Moved>
          <span dir="auto">{plural('inbox.changed', order.changes)}</span>
          <Button size="small" onClick={order.release}>
            {t('inbox.update')}
          </Button>
        </Moved>
      )}
      <Virtuoso
        // It measures once how tall rows are.
        key={density}
        ref={list}
        data={order.ids}
        fixedItemHeight={ROW_HEIGHT[density]}
        increaseViewportBy={256}
        components={components}
        computeItemKey={(_index, id) => id}
        endReached={onEnd}
        itemContent={(_index, id) => (
          <InboxRow
            conversationId={id}
            view={view}
            isSelected={id === selectedId}
            density={density}
            now={now}
          />
        )}
      />
    </Root>
  );
}
