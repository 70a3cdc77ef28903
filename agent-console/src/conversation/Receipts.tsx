import {
  type Actor,
  type Agent,
  type ContactSummary,
  type Receipt,
  type Side,
  sideOf,
  TEAM_ID,
} from '@alcove/protocol';
import { Avatar } from '../shared/Avatar.tsx';
import { t } from '../shared/texts.ts';
import { exactTime } from '../shared/times.ts';
import type { MessageItem } from './message-acts.ts';
import { speakerOf } from './speaker.ts';
import { Reader, Steps } from './story-parts.tsx';

interface ReceiptsProps {
  receipts: readonly Receipt[];
  item: MessageItem;
  contact: ContactSummary;
  self: Agent | null;
}

/** When each participant received a message, and read it. */
export function Receipts({ receipts, item, contact, self }: ReceiptsProps) {
  return readersOf(receipts, item).map(({ participant, deliveredAt, readAt }) => {
    const isTeam = participant.kind === 'agent' && participant.id === TEAM_ID;
    const { id, name } = speakerOf(participant, self, contact);
    const shown = isTeam ? t('story.team') : name;
    return (
      <Reader key={`${participant.kind}:${participant.id}`}>
        <h3>
          <Avatar id={id} name={shown} kind={participant.kind} size={22} />
          <bdi dir="auto">{id === self?.id ? t('story.you', { name }) : shown}</bdi>
        </h3>
        <Steps>
          <Step name={t('story.delivered')} at={deliveredAt} />
          <Step name={t('story.read')} at={readAt} />
        </Steps>
      </Reader>
    );
  });
}

function Step({ name, at }: { name: string; at: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-open={at === null || undefined}>
        {at === null ? t('story.not_yet') : exactTime(at)}
      </dd>
    </div>
  );
}

/** Who will receive what a side said, while nobody has. */
const NOBODY_YET: Record<Side, Actor> = {
  team: { kind: 'visitor', id: '' },
  visitor: { kind: 'agent', id: TEAM_ID },
};

/** Whom the message was for comes first, also when nothing has reached them yet. */
export function readersOf(
  receipts: readonly Receipt[],
  item: Pick<MessageItem, 'actor'>,
): readonly Receipt[] {
  const side = sideOf(item.actor);
  const others = receipts.filter(({ participant }) => sideOf(participant) !== side);
  const own = receipts.filter(({ participant }) => sideOf(participant) === side);
  if (others.length > 0) return [...others, ...own];
  return [{ participant: NOBODY_YET[side], deliveredAt: null, readAt: null }, ...own];
}
