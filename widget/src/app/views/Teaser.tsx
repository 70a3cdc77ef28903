import type { VisitorConversation } from '@alcove/protocol';
import { Component } from 'preact';
import { type Dismissed, createDismissed } from '../dismissed.ts';
import type { Voice } from '../voice.ts';
import { Face } from './Face.tsx';
import { IconButton } from './IconButton.tsx';
import { icons } from './icons.ts';

interface TeaserProps {
  workspaceKey: string;
  conversation: VisitorConversation | undefined;
  unreadCount: number;
  voice: Voice;
  onOpen(): void;
}

/** What came in while the panel is closed: a count on the launcher, and the newest message beside it. */
export class Teaser extends Component<TeaserProps> {
  #dismissed: Dismissed = createDismissed(this.props.workspaceKey);

  override render({ conversation, unreadCount, voice, onOpen }: TeaserProps) {
    const message = conversation?.lastMessage;
    const id = `${conversation?.id} ${message?.seq}`;
    const isShown = message?.actor.kind !== 'visitor' && this.#dismissed.id !== id;
    const { t } = voice;
    const { actor, text } = message ?? {};
    const name = actor?.name ?? t('team');
    return (
      <>
        <span class="badge" aria-hidden="true">
          {unreadCount > 99 ? '99+' : unreadCount}
        </span>
        {isShown && actor && (
          <div class="floating teaser fresh" key={id}>
            <button type="button" onClick={onOpen}>
              <Face id={actor.id} name={name} />
              <b>
                <bdi>{name}</bdi>
              </b>
              <span dir="auto">{text}</span>
            </button>
            <IconButton
              class="close"
              label={t('dismiss')}
              icon={icons.close}
              onClick={() => {
                this.#dismissed.id = id;
                this.setState({});
              }}
            />
          </div>
        )}
      </>
    );
  }
}
