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
    const { client, talk } = this.props;
    const { outboxStorage, isThreadLost, logs } = client.getState();
    const isUnusual = outboxStorage === 'memory' || isThreadLost || logs[this.#id]?.typing.length;
    if (isUnusual || this.#rows.some(isNewsworthy)) talk.need();
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
          onReach={() => rows.length && props.talk.need()}
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

/** Anything but what the visitor wrote and is on its way as it should be. */
function isNewsworthy({ item }: Row): boolean {
  return (
    item.kind !== 'message' ||
    !item.isOwn ||
    item.state === 'failed' ||
    item.isEdited ||
    item.replyTo !== undefined ||
    item.content.kind !== 'text'
  );
}
