import type { VisitorClient } from '@alcove/sdk';
import { Component } from 'preact';
import { type Attended, createAttended } from '../attended.ts';
import { type Chime, createChime } from '../chime.ts';
import { createMuted, type Muted } from '../muted.ts';
import { createTitleCount } from '../title-count.ts';
import type { Voice } from '../voice.ts';

interface AttentionProps {
  client: VisitorClient;
  voice: Voice;
  workspaceKey: string;
  isOpen: boolean;
}

/**
 * Tells somebody who is looking elsewhere that the team has written, once over all tabs: by a sound, and by a number in
 * the title of a page that is hidden. Shows the switch for the sound. A chunk of its own, for those who have a
 * conversation and have closed it or gone to another tab.
 */
export class Attention extends Component<AttentionProps> {
  #chime: Chime = createChime();
  #title = createTitleCount(document);
  #muted: Muted = createMuted(this.props.workspaceKey);
  #attended: Attended = createAttended(`alcove ${this.props.workspaceKey} attended`);
  #endings: (() => void)[] = [];

  override componentDidMount() {
    const { client } = this.props;
    document.addEventListener('visibilitychange', this.#look);
    this.#endings = [
      client.on('message', () => void this.#hear()),
      client.subscribe(this.#look),
      () => document.removeEventListener('visibilitychange', this.#look),
      this.#chime.close,
      this.#attended.close,
      () => this.#title.show(0),
    ];
    this.#look();
  }

  override componentDidUpdate() {
    this.#look();
  }

  override componentWillUnmount() {
    for (const end of this.#endings) end();
  }

  #look = () => {
    const { client, isOpen } = this.props;
    this.#attended.set(isOpen && !document.hidden);
    this.#title.show(document.hidden && client.isLeader() ? client.getState().unreadCount : 0);
  };

  async #hear() {
    if (this.#muted.value || !this.props.client.isLeader()) return;
    if (!(await this.#attended.isAnywhere())) this.#chime.play();
  }

  override render({ voice: { t } }: AttentionProps) {
    const isMuted = this.#muted.value;
    return (
      <button
        type="button"
        class="close"
        aria-label={t('mute')}
        aria-pressed={isMuted}
        title={t('mute')}
        onClick={() => {
          this.#muted.value = !isMuted;
          this.setState({});
        }}
      >
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path
            d={`M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Z${isMuted ? 'm12 0 5 5m0-5-5 5' : 'M15.5 9a4 4 0 0 1 0 6m2.5-8.5a8 8 0 0 1 0 11'}`}
          />
        </svg>
      </button>
    );
  }
}
