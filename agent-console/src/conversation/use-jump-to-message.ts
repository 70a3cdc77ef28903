import type { ConversationState } from '@alcove/sdk/agent';
import { useCallback, useEffect, useEffectEvent, useState } from 'react';
import { useClient } from '../client/console-context.tsx';
import type { TimelineRow } from './timeline-rows.ts';

export interface JumpOptions {
  log: ConversationState;
  rows: readonly TimelineRow[];
  /** Brings a row into sight. */
  reveal(key: string): void;
}

/** How long the message that was gone to stays marked. */
const MARKED_MS = 2_000;

/**
 * Goes to a message by its `seq`, through as many older pages as it takes.
 *
 * @returns the key of the row that was just gone to, and the way to go
 */
export function useJumpToMessage({
  log,
  rows,
  reveal,
}: JumpOptions): [foundKey: string | null, jumpTo: (seq: number) => void] {
  const client = useClient();
  // An object, so that going to the same message again is another wish.
  const [wanted, setWanted] = useState<{ seq: number } | null>(null);
  const found = wanted && rows.find((row) => row.kind === 'message' && row.item.seq === wanted.seq);
  const foundKey = found?.key ?? null;
  const onFound = useEffectEvent(reveal);

  const isMissing = wanted !== null && foundKey === null;
  useEffect(() => {
    // Each page that comes in leads here again, until it is there or nothing older is left.
    if (isMissing && log.hasOlder && !log.isLoadingOlder) void client.loadOlder(log.id);
  }, [client, isMissing, log]);

  useEffect(() => {
    if (foundKey === null) return;
    onFound(foundKey);
    const timer = setTimeout(() => setWanted(null), MARKED_MS);
    return () => clearTimeout(timer);
  }, [wanted, foundKey]);

  return [foundKey, useCallback((seq) => setWanted({ seq }), [])];
}
