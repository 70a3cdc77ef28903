import { t } from '../shared/texts.ts';
import type { ConversationAct } from './acts.ts';

/** What an act is called, before or after it is done. */
export function actWords(
  act: Pick<ConversationAct, 'kind'> & { to?: string | null },
  isDone: boolean,
  nameOf: (agentId: string) => string,
): string {
  if (act.kind !== 'assign') return t(isDone ? `act.${act.kind}.done` : `act.${act.kind}`);
  if (act.to == null) return t(isDone ? 'act.unassign.done' : 'act.unassign');
  return t(isDone ? 'act.assign.done' : 'act.assign', { name: nameOf(act.to) });
}
