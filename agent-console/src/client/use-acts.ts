import { nanoid } from '@reduxjs/toolkit';
import { useMemo } from 'react';
import { useDispatch } from 'react-redux';
import { t } from '../shared/texts.ts';
import {
  type ActNotice,
  actTold,
  actWithdrawn,
  type ConversationAct,
  inverseOf,
  isOvertaken,
  perform,
} from './acts.ts';
import { useClient } from './console-context.tsx';
import { reasonOf } from './reason.ts';

/** Acts on conversations: done, told about, and undone. */
export interface Acts {
  /** Never rejects; answers whether it was done. Without a connection it waits for one, and says so. */
  run(act: ConversationAct): Promise<boolean>;
  undo(notice: Extract<ActNotice, { act: ConversationAct }>): void;
  /** Tells of something else that did not work. */
  fail(error: unknown): void;
}

/** The acts of the agent who is signed in. */
export function useActs(): Acts {
  const client = useClient();
  const dispatch = useDispatch();
  return useMemo(() => {
    const tell = (notice: ActNotice) => dispatch(actTold(notice));

    function failed(id: string, error: unknown): false {
      tell({ id, status: 'failed', reason: reasonOf(error) });
      return false;
    }

    async function run(act: ConversationAct): Promise<boolean> {
      const id = nanoid();
      if (client.getState().connection.status !== 'online') tell({ id, status: 'waiting', act });
      try {
        await perform(client, act);
        tell({ id, status: 'done', act });
        return true;
      } catch (error) {
        return failed(id, error);
      }
    }

    return {
      run,
      undo({ id, act }) {
        dispatch(actWithdrawn(id));
        if (isOvertaken(act, client.getState().rows[act.conversationId])) {
          tell({ id: nanoid(), status: 'failed', reason: t('act.overtaken') });
          return;
        }
        perform(client, inverseOf(act)).catch((error: unknown) => failed(nanoid(), error));
      },
      fail: (error) => void failed(nanoid(), error),
    };
  }, [client, dispatch]);
}
