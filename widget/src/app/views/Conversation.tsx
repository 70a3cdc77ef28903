import type { VisitorConversation } from '@alcove/protocol';
import type { TimelineItem, VisitorClient } from '@alcove/sdk';
import { Component, createRef, type RefObject } from 'preact';
import type { Part } from '../part.ts';
import { quietly } from '../quietly.ts';
import { type Row, toRows } from '../timeline-rows.ts';
import type { Voice } from '../voice.ts';
import { Composer } from './Composer.tsx';
import { MessageList } from './MessageList.tsx';
import { Notices } from './Notices.tsx';
import type { Talk } from './talk-part.ts';

interface ConversationProps {
  /** Gets the place where one writes, to be called. */
  composer: RefObject<Composer | null>;
  client: VisitorClient;
  /** `undefined` until there is one. */
  conversation: VisitorConversation | undefined;
  voice: Voice;
  talk: Part<Talk>;
  /** Whether somebody can have it before their eyes. */
  isVisible: boolean;
  /** Whether the server has been away for longer than a hiccup. */
  isTroubled: boolean;
  /** Has assistive technology read something once. */
  say(text: string): void;
}

/** What was written, what to know about the connection, and where to write. */
export class Conversation extends Component<ConversationProps> {
  #list = createRef<MessageList>();
  /** The line that was the first unread one when it came into view; empty for none. */
  #newKey: string | undefined;
  #items: readonly TimelineItem[] | undefined;
  #rows: Row[] = [];

  get #id(): string {
    return this.props.conversation?.id ?? '';
  }

  override componentDidUpdate() {
    const { client, talk, isTroubled } = this.props;
    const { outboxStorage, isThreadLost } = client.getState();
    const isUnusual = isTroubled || isThreadLost || outboxStorage === 'memory';
    if (isUnusual || this.#rows.some(isSettled)) talk.need();
  }

  /** The rows of what is shown; the same ones while nothing of it changed. */
  #update(): Row[] {
    const { client, conversation, isVisible, talk } = this.props;
    const log = client.getState().logs[this.#id];
    const items = client.timeline(conversation?.id ?? null);
    const newKey = this.#newKey;
    if (!isVisible) this.#newKey = undefined;
    else if (log?.isLoaded) this.#newKey ??= talk.module?.firstUnread(items, log.cursors);
    if (items !== this.#items || newKey !== this.#newKey) this.#rows = toRows(items, this.#newKey);
    this.#items = items;
    return this.#rows;
  }

  override render(props: ConversationProps) {
    const { client, conversation, voice, isVisible, isTroubled, composer, say } = props;
    const state = client.getState();
    const log = state.logs[this.#id];
    const rows = this.#update();
    const talk = props.talk.module;
    return (
      <>
        <MessageList
          handle={this.#list}
          typing={log?.typing ?? []}
          {...{ rows, voice, talk, isVisible }}
          desk={{ client, conversationId: this.#id, composer, say }}
          onOlder={
            log?.hasOlder && !log.isLoadingOlder
              ? () => quietly(client.loadOlder(this.#id))
              : undefined
          }
        />
        <Notices {...{ state, isTroubled, voice }} />
        <Composer
          handle={composer}
          conversationId={conversation?.id}
          {...{ client, voice }}
          talk={props.talk}
          onSend={() => {
            this.#newKey = '';
            this.#list.current?.toEnd();
          }}
        />
      </>
    );
  }
}

/** Whether it is more than a message on its way: stored, or it could not be. */
function isSettled({ item }: Row): boolean {
  return !!item.seq || (item.kind === 'message' && item.state === 'failed');
}
