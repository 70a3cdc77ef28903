import { Component, createRef } from 'preact';
import type { Voice } from '../voice.ts';
import type { TextKey } from '../voice.ts';

/** One thing that can be done with a message. */
export interface Action {
  label: Extract<TextKey, 'reply' | 'edit' | 'copy' | 'delete'>;
  run(): void;
}

interface ActionsMenuProps {
  actions: readonly Action[];
  /** The bubble that it belongs to. */
  anchor: HTMLElement;
  isOwn: boolean;
  voice: Voice;
  /** @param isByKey whether the focus goes back to the message. */
  onClose(isByKey: boolean): void;
}

interface ActionsMenuState {
  /** Whether "Delete" was pressed once. */
  isSure: boolean;
}

/** Room between the menu and the bubble, and the edges of the list. */
const GAP_PX = 4;

/** What can be done with one message: below its bubble, or above where there is no room. */
export class ActionsMenu extends Component<ActionsMenuProps, ActionsMenuState> {
  override state: ActionsMenuState = { isSure: false };
  #menu = createRef<HTMLDivElement>();

  override componentDidMount() {
    this.#place();
    this.#items[0]?.focus({ preventScroll: true });
  }

  get #items(): HTMLElement[] {
    return [...(this.#menu.current?.children ?? [])] as HTMLElement[];
  }

  #place() {
    const menu = this.#menu.current;
    const room = menu?.parentElement?.getBoundingClientRect();
    if (!menu || !room) return;
    const bubble = this.props.anchor.getBoundingClientRect();
    const below = bubble.bottom - room.top + GAP_PX;
    const most = room.height - menu.offsetHeight - GAP_PX;
    const above = bubble.top - room.top - menu.offsetHeight - GAP_PX;
    const top = below <= most ? below : above >= GAP_PX ? above : Math.max(GAP_PX, most);
    menu.style.insetBlockStart = `${top}px`;
  }

  #onKeyDown = (event: KeyboardEvent) => {
    const items = this.#items;
    const at = items.indexOf(event.target as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) items.at(next % items.length)?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') this.props.onClose(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  #run({ label, run }: Action) {
    if (label === 'delete' && !this.state.isSure) return this.setState({ isSure: true });
    // First: what it does next may move the focus to where it belongs.
    this.props.onClose(label !== 'reply' && label !== 'edit');
    return run();
  }

  override render({ actions, isOwn, voice: { t }, onClose }: ActionsMenuProps) {
    return (
      <div
        class={isOwn ? 'menu own' : 'menu'}
        ref={this.#menu}
        role="menu"
        tabIndex={-1}
        aria-label={t('actions')}
        onKeyDown={this.#onKeyDown}
        onFocusOut={({ relatedTarget }) => {
          if (!this.#menu.current?.contains(relatedTarget as Node | null)) onClose(false);
        }}
      >
        {actions.map((action) => {
          const isSure = action.label === 'delete' && this.state.isSure;
          return (
            <button
              key={action.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={isSure ? 'sure' : action.label}
              onClick={() => this.#run(action)}
            >
              {t(isSure ? 'deleteSure' : action.label)}
            </button>
          );
        })}
      </div>
    );
  }
}
