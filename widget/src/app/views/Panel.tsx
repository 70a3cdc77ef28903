import { type ComponentChildren, Component, createRef } from 'preact';

interface PanelProps {
  isOpen: boolean;
  /** Whether it fills the screen; then the page behind it is out of reach. */
  isFull: boolean;
  /** What came in while it is open, to be read aloud once. */
  announcement: { key: number; text: string } | undefined;
  /** Called once it can be seen. */
  onShown(): void;
  onEscape(): void;
  onClose(): void;
  children: ComponentChildren;
}

/** The dialog. The browser keeps the focus inside when it is modal, and puts it above everything on the page. */
export class Panel extends Component<PanelProps> {
  #dialog = createRef<HTMLDialogElement>();

  override componentDidUpdate(before: PanelProps) {
    const dialog = this.#dialog.current;
    const { isOpen, isFull, onShown } = this.props;
    if (!dialog || (before.isOpen === isOpen && before.isFull === isFull)) return;
    dialog.close();
    if (!isOpen) return;
    // Unlike show(), the attribute moves no focus: each move costs a slow machine some 10 ms of a click.
    if (isFull) {
      dialog.showModal();
      // In place of its first button; the composer may take it from here.
      dialog.focus();
    } else dialog.open = true;
    onShown();
    if (!dialog.matches(':focus-within')) dialog.focus();
  }

  #onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.isComposing) return;
    event.preventDefault();
    this.props.onEscape();
  };

  override render({ announcement, onClose, children }: PanelProps) {
    return (
      <dialog
        class="floating"
        ref={this.#dialog}
        aria-labelledby="title"
        tabIndex={-1}
        onKeyDown={this.#onKeyDown}
        // The back gesture of a phone closes it without a key; changing between the two kinds closes it for a moment.
        onClose={() => this.#dialog.current?.open || onClose()}
      >
        {children}
        <div class="unseen" aria-live="polite">
          {announcement && <p key={announcement.key}>{announcement.text}</p>}
        </div>
      </dialog>
    );
  }
}
