import { Component } from 'preact';
import { quietly } from '../quietly.ts';
import type { MessageItem } from '../timeline-rows.ts';
import type { Voice } from '../voice.ts';
import type { Desk } from './desk.ts';

interface FailureProps {
  item: MessageItem;
  voice: Voice;
  desk: Desk;
}

/** Under a message that was not sent: that it was not, why, and what can be done. Said aloud as it comes. */
export class Failure extends Component<FailureProps> {
  override componentDidMount() {
    const { voice, desk } = this.props;
    desk.say(voice.t('failed'));
  }

  #act(act: Promise<void>) {
    quietly(act);
    this.props.desk.composer.current?.focus();
  }

  override render({ item, voice: { t }, desk: { client } }: FailureProps) {
    return (
      <p class="meta failure">
        <span>
          {t('failed')} {item.failure}
        </span>
        <button type="button" onClick={() => this.#act(client.retry(item.key))}>
          {t('retry')}
        </button>
        <button type="button" onClick={() => this.#act(client.discard(item.key))}>
          {t('delete')}
        </button>
      </p>
    );
  }
}
