import { Component, createRef, type RefObject } from 'preact';
import type { Actor } from '@alcove/protocol';
import { moveWindow, type RowWindow, windowOf } from '../row-window.ts';
import type { Row } from '../timeline-rows.ts';
import type { Voice } from '../voice.ts';
import { IconButton } from './IconButton.tsx';
import { icons } from './icons.ts';
import { MarkRow } from './MarkRow.tsx';
import { type MessageActions, MessageRow } from './MessageRow.tsx';
import { TypingRow } from './TypingRow.tsx';

interface MessageListProps {
  /** Gets this component, to be called. */
  handle: RefObject<MessageList | null>;
  rows: readonly Row[];
  typing: readonly Actor[];
  voice: Voice;
  actions: MessageActions;
  /** Loads what came before, when the visitor scrolls near the top; `undefined` when nothing did, or while it loads. */
  onOlder: (() => void) | undefined;
  /** The message with this `seq` is in view. */
  onSeen(seq: number): void;
}

interface MessageListState {
  /** The last row drawn while the visitor is among older ones. */
  lastKey?: string | undefined;
  /** Whether the newest row is in view; then the list stays with it. */
  isAtEnd: boolean;
}

/** Where an element stood before an update, to keep it there. */
type Anchor = { element: HTMLElement; top: number } | null;

/** Nearer than this to the end counts as being there: half-scrolled lines, fractions of pixels. */
const END_PX = 40;

/** As much of a message has to be in view for it to be seen: its first line. */
const SEEN_PX = 30;

/** The conversation: a window of rows that moves with the scroll position, and keeps it. */
export class MessageList extends Component<MessageListProps, MessageListState> {
  override state: MessageListState = { isAtEnd: true };
  #list = createRef<HTMLDivElement>();
  #seenSeq = 0;
  #height = 0;
  // The composer grows, a keyboard opens, the panel appears: who was at the end stays there.
  #observer = new ResizeObserver(() => this.#settle());

  override componentDidMount() {
    this.props.handle.current = this;
    if (this.#list.current) this.#observer.observe(this.#list.current);
  }

  override componentWillUnmount() {
    this.#observer.disconnect();
  }

  /** Follows the newest row again. */
  toEnd = () => {
    this.setState({ lastKey: undefined, isAtEnd: true });
  };

  get #window(): RowWindow {
    return windowOf(this.props.rows, this.state.lastKey);
  }

  override getSnapshotBeforeUpdate(): Anchor {
    const list = this.#list.current;
    if (!list) return null;
    for (const element of list.children as Iterable<HTMLElement>) {
      const top = element.offsetTop - list.scrollTop;
      if (top + element.offsetHeight > 0) return { element, top };
    }
    return null;
  }

  override componentDidUpdate(_props: unknown, _state: unknown, anchor: Anchor) {
    const list = this.#list.current;
    if (list && anchor && !this.state.isAtEnd) {
      list.scrollTop = anchor.element.offsetTop - anchor.top;
    }
    this.#settle();
  }

  /** After the rows or the room for them changed. */
  #settle() {
    const list = this.#list.current;
    // A closed panel has no height, and nothing in it is seen.
    if (!list?.clientHeight) return;
    this.#height = list.clientHeight;
    if (this.state.isAtEnd) list.scrollTop = list.scrollHeight;
    this.#look();
  }

  #scrolled = () => {
    // A list that changed its height scrolls too; that was not the visitor, and the observer sees to it.
    if (this.#list.current?.clientHeight === this.#height) this.#look();
  };

  #look() {
    const list = this.#list.current;
    if (!list) return;
    const { rows, onOlder, onSeen } = this.props;
    const { start, end } = this.#window;
    const belowView = list.scrollHeight - list.scrollTop - list.clientHeight;
    const isAtEnd = end === rows.length && belowView < END_PX;
    if (isAtEnd !== this.state.isAtEnd) this.setState({ isAtEnd });
    if (list.scrollTop < list.clientHeight) {
      if (start > 0) this.setState({ lastKey: moveWindow(rows, this.#window, -1) });
      else onOlder?.();
    } else if (belowView < list.clientHeight && end < rows.length) {
      this.setState({ lastKey: moveWindow(rows, this.#window, 1) });
    }
    const seen = [...(list.children as Iterable<HTMLElement>)].findLast(
      ({ dataset, offsetTop }) =>
        dataset.seq && offsetTop + SEEN_PX < list.scrollTop + list.clientHeight,
    );
    if (seen) {
      this.#seenSeq = Math.max(this.#seenSeq, Number(seen.dataset.seq));
      onSeen(this.#seenSeq);
    }
  }

  override render(
    { rows, typing, voice, actions }: MessageListProps,
    { isAtEnd }: MessageListState,
  ) {
    const { t } = voice;
    const { start, end } = this.#window;
    const lastOwn = rows.findLast((row) => row.kind === 'message' && row.item.isOwn);
    const unseen = rows.filter(
      ({ item }) => item.kind === 'message' && !item.isOwn && Number(item.seq) > this.#seenSeq,
    ).length;
    return (
      <div class="middle">
        {/* Reading it aloud is up to the live region, which speaks each new message once. */}
        <div
          class="list"
          ref={this.#list}
          onScroll={this.#scrolled}
          tabIndex={0}
          role="log"
          aria-live="off"
          aria-label={t('messages')}
        >
          {rows
            .slice(start, end)
            .map((row) =>
              row.kind === 'message' ? (
                <MessageRow {...{ row, voice, actions }} key={row.key} hasState={row === lastOwn} />
              ) : (
                <MarkRow {...{ row, voice }} key={row.key} />
              ),
            )}
          {end === rows.length &&
            typing.map((actor) => <TypingRow key={actor.id} actor={actor} voice={voice} />)}
        </div>
        {!isAtEnd && (
          <IconButton
            class="jump"
            label={unseen ? t('toNewestCount', { count: unseen }) : t('toNewest')}
            icon={icons.down}
            onClick={() => {
              this.toEnd();
              // The button goes away, and must not take the focus with it.
              this.#list.current?.focus();
            }}
          >
            {unseen > 0 && unseen}
          </IconButton>
        )}
      </div>
    );
  }
}
