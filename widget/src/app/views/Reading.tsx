import { Component } from 'preact';
import { createReadMarks } from '../read-marks.ts';
import type { Row } from '../timeline-rows.ts';
import type { Voice } from '../voice.ts';
import { IconButton } from './IconButton.tsx';

interface ReadingProps {
  list: HTMLElement;
  rows: readonly Row[];
  voice: Voice;
  /** Whether the newest message is in view. */
  isAtEnd: boolean;
  /** Whether somebody can have the list before their eyes. */
  isVisible: boolean;
  /** Everything up to this `seq` has been read. */
  onRead(seq: number): void;
  onJump(): void;
}

/** As much of a message has to be in view for it to be seen: its first line. */
const SEEN_PX = 30;

/** Notices what is read, and shows the way back to the newest message, with the number of those not seen yet. */
export class Reading extends Component<ReadingProps> {
  #readMarks = createReadMarks((seq) => this.props.onRead(seq));
  #seenSeq = 0;
  // The panel opens, a keyboard goes away: what was out of sight is in view without a scroll.
  #observer = new ResizeObserver(() => this.#look());

  override componentDidMount() {
    this.props.list.addEventListener('scroll', this.#look);
    this.#observer.observe(this.props.list);
  }

  override componentDidUpdate() {
    this.#look();
  }

  override componentWillUnmount() {
    this.props.list.removeEventListener('scroll', this.#look);
    this.#observer.disconnect();
    this.#readMarks.stop();
  }

  #look = () => {
    const { list, isVisible } = this.props;
    const end = list.scrollTop + list.clientHeight;
    const seen = [...list.querySelectorAll<HTMLElement>('[data-seq]')].findLast(
      ({ offsetTop }) => offsetTop + SEEN_PX < end,
    );
    if (!isVisible) this.#readMarks.stop();
    else if (seen) {
      this.#seenSeq = Math.max(this.#seenSeq, Number(seen.dataset['seq']));
      this.#readMarks.see(this.#seenSeq);
    }
  };

  override render({ rows, voice: { t }, isAtEnd, onJump }: ReadingProps) {
    if (isAtEnd) return null;
    const count = rows.filter(
      ({ kind, item }) =>
        item.kind === 'message' &&
        kind === 'message' &&
        !item.isOwn &&
        Number(item.seq) > this.#seenSeq,
    ).length;
    return (
      <IconButton
        class="jump"
        label={count ? t('toNewestCount', { count }) : t('toNewest')}
        icon="m6 9 6 6 6-6"
        onClick={onJump}
      >
        {count > 0 && count}
      </IconButton>
    );
  }
}
