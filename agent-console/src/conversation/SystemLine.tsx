import type { Actor } from '@alcove/protocol';
import type { TimelineItem } from '@alcove/sdk/agent';
import { useSelector } from 'react-redux';
import { selectAgents } from '../client/chat.ts';
import { t } from '../shared/texts.ts';
import { clockTime, fullTime } from '../shared/times.ts';
import { Centre } from './timeline-parts.tsx';

type EventItem = Exclude<TimelineItem, { kind: 'message' }>;

interface SystemLineProps {
  item: EventItem;
  selfId: string | undefined;
  visitorName: string;
}

/** What happened besides messages: who took it, who resolved it. */
export function SystemLine({ item, selfId, visitorName }: SystemLineProps) {
  const agents = useSelector(selectAgents);
  const nameOf = (agentId: string) =>
    agents.find((agent) => agent.id === agentId)?.name ?? t('assign.gone');
  return (
    <Centre>
      <span>
        <span dir="auto">
          {eventText(item, selfId, actorName(item.actor, visitorName), nameOf)}
        </span>
        {' · '}
        <time dir="auto" dateTime={item.at} title={fullTime(item.at)}>
          {clockTime(item.at)}
        </time>
      </span>
    </Centre>
  );
}

/** The sentence for an event, from the reader's point of view. */
export function eventText(
  item: EventItem,
  selfId: string | undefined,
  actor: string,
  nameOf: (agentId: string) => string,
): string {
  const isSelf = item.actor.id === selfId;
  if (item.kind === 'status') {
    const act = item.status === 'open' ? 'reopened' : item.status;
    return isSelf ? t(`event.${act}_self`) : t(`event.${act}`, { actor });
  }
  const agentId = item.assignee?.agentId;
  if (agentId === undefined) {
    return isSelf ? t('event.unassigned_self') : t('event.unassigned', { actor });
  }
  if (agentId === item.actor.id) return isSelf ? t('event.took_self') : t('event.took', { actor });
  if (agentId === selfId) return t('event.assigned_to_you', { actor });
  const assignee = nameOf(agentId);
  return isSelf ? t('event.assigned_self', { assignee }) : t('event.assigned', { actor, assignee });
}

function actorName(actor: Actor, visitorName: string): string {
  if (actor.kind === 'visitor') return visitorName;
  return actor.name ?? (actor.kind === 'system' ? t('event.system') : t('assign.gone'));
}
