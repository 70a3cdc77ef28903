import { Component } from 'preact';
import { adoptStyles } from '../adopt-styles.ts';
import type { Teaser, TeaserProps } from './Teaser.tsx';

interface TeaserPlaceState {
  /** There once it was needed. */
  Teaser?: typeof Teaser;
}

interface TeaserPlaceProps extends TeaserProps {
  root: ShadowRoot;
}

/** Where the teaser appears. Always there, so that assistive technology hears what comes into it. */
export class TeaserPlace extends Component<TeaserPlaceProps, TeaserPlaceState> {
  #loading: Promise<void> | undefined;

  override componentDidUpdate({ root }: TeaserPlaceProps) {
    if (!this.props.unreadCount || this.#loading) return;
    this.#loading = import('./Teaser.tsx').then(
      ({ Teaser, css }) => {
        adoptStyles(root, css);
        this.setState({ Teaser });
      },
      () => {
        // Tried again at the next change; until then the launcher's name has to do.
        this.#loading = undefined;
      },
    );
  }

  override render({ root: _, ...props }: TeaserPlaceProps, { Teaser }: TeaserPlaceState) {
    return <div role="status">{Teaser && props.unreadCount > 0 && <Teaser {...props} />}</div>;
  }
}
