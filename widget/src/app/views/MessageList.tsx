import { Component, createRef, type RefObject } from 'preact';
import type { Actor } from '@alcove/protocol';
import type { RowWindow } from '../row-window.ts';
import type { Row } from '../timeline-rows.ts';
import type { Voice } from '../voice.ts';
import type { Desk } from './desk.ts';
import { MessageRow } from './MessageRow.tsx';
import type { Talk } from './talk-part.ts';

interface MessageListProps {
  /** Gets this component, to be called. */
  handle: RefObject<MessageList | null>;
  rows: readonly Row[];
  typing: readonly Actor[];
  voice: Voice;
  talk: Talk | undefined;
  desk: Desk;
  /** Loads what came before, when the visitor scrolls near the top; `undefined` when nothing did, or while it loads. */
  onOlder: (() => void) | undefined;
  isVisible: boolean;
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

/** The conversation: a window of rows that moves with the scroll position, and keeps it. */
export class MessageList extends Component<MessageListProps, MessageListState> {
  override state: MessageListState = { isAtEnd: true };
  #list = createRef<HTMLDivElement>();
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
    const { rows, talk } = this.props;
    return talk?.windowOf(rows, this.state.lastKey) ?? { start: 0, end: rows.length };
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
    // A page may hide the whole widget.
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
    const { rows, talk, onOlder } = this.props;
    const window = this.#window;
    const belowView = list.scrollHeight - list.scrollTop - list.clientHeight;
    const isAtEnd = window.end === rows.length && belowView < END_PX;
    if (isAtEnd !== this.state.isAtEnd) this.setState({ isAtEnd });
    const next = talk?.nextWindow(rows, window, list);
    if (next) this.setState(next);
    else if (list.scrollTop < list.clientHeight) onOlder?.();
  }

  #setWindow = (lastKey: string | undefined, then: () => void) =>
    this.setState({ lastKey, isAtEnd: false }, then);

  #rows({ rows, typing, voice, talk, desk }: MessageListProps) {
    const { start, end } = this.#window;
    const lastOwn = rows.findLast((row) => row.kind === 'message' && row.item.isOwn);
    return (
      <>
        {rows
          .slice(start, end)
          .map((row) =>
            row.kind === 'message' ? (
              <MessageRow
                {...{ row, voice, talk, desk }}
                key={row.key}
                hasState={row === lastOwn}
              />
            ) : (
              talk && <talk.MarkRow {...{ row, voice }} key={row.key} />
            ),
          )}
        {talk &&
          end === rows.length &&
          typing.map((actor) => <talk.TypingRow key={actor.id} actor={actor} voice={voice} />)}
      </>
    );
  }

  override render(props: MessageListProps, { isAtEnd }: MessageListState) {
    const { rows, voice, talk, desk, isVisible } = props;
    const list = this.#list.current;
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
          aria-label={voice.t('messages')}
        >
          {this.#rows(props)}
        </div>
        {talk && list && (
          <>
            <talk.Reading
              {...{ list, rows, voice, isAtEnd, isVisible }}
              onRead={(seq) => desk.client.markRead(desk.conversationId, seq)}
              onJump={() => {
                this.toEnd();
                // The button goes away, and must not take the focus with it.
                list.focus();
              }}
            />
            <talk.MessageActions {...{ list, rows, voice, desk }} onWindow={this.#setWindow} />
          </>
        )}
      </div>
    );
  }
}
