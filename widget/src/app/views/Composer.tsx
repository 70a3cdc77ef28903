import { Component, createRef, type RefObject } from 'preact';
import type { Part } from '../part.ts';
import type { Voice } from '../voice.ts';
import { IconButton } from './IconButton.tsx';
import { icons } from './icons.ts';
import type { Talk } from './talk-part.ts';

interface ComposerProps {
  /** Gets this component, to be called. */
  handle: RefObject<Composer | null>;
  voice: Voice;
  talk: Part<Talk>;
  /** What pressing the button does. */
  label: string;
  onSend(text: string): void;
  onTyping(): void;
}

interface ComposerState {
  isEmpty: boolean;
}

/** Characters from which on a text may come near the limit, whatever they are: UTF-8 has three bytes for one at most. */
const LONG = 2000;

/** Where a message is written. The field itself keeps the draft, also while the panel is closed. */
export class Composer extends Component<ComposerProps, ComposerState> {
  override state: ComposerState = { isEmpty: true };
  #field = createRef<HTMLTextAreaElement>();

  override componentDidMount() {
    this.props.handle.current = this;
  }

  /** What stands in the field. */
  get text(): string {
    return this.#field.current?.value ?? '';
  }

  /** Puts a text into the field, in place of what stands there. */
  write(text: string) {
    if (this.#field.current) this.#field.current.value = text;
    this.#measure();
  }

  /**
   * Sets the caret into the field.
   *
   * @param isAsked on touch, only then: a keyboard that nobody asked for covers what there is to read.
   */
  focus(isAsked?: boolean) {
    if (isAsked || !isTouch()) this.#field.current?.focus();
  }

  /** How many characters may still be added, once that is worth telling. */
  get #left(): number | undefined {
    return this.props.talk.module?.charactersLeft(this.text);
  }

  #measure() {
    const field = this.#field.current;
    const form = field?.form;
    if (!form) return;
    // The form holds its height while the field is measured: else the list above would jump to and fro.
    form.style.minBlockSize = `${form.clientHeight}px`;
    field.style.blockSize = 'auto';
    field.style.blockSize = `${field.scrollHeight}px`;
    form.style.minBlockSize = '';
    if (field.value.length > LONG) this.props.talk.need();
    this.setState({ isEmpty: !field.value.trim() });
  }

  #send = (event: Event) => {
    event.preventDefault();
    const text = this.text.trim();
    if (!text || Number(this.#left) < 0) return;
    this.write('');
    this.props.onSend(text);
  };

  #onKeyDown = (event: KeyboardEvent) => {
    // Input methods confirm a word with Enter. Safari ends composing before this event; its key code still tells.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key === 'Enter' && !event.shiftKey && !isComposing && !isTouch()) this.#send(event);
  };

  override render({ voice: { t }, label, onTyping }: ComposerProps, { isEmpty }: ComposerState) {
    const left = this.#left;
    return (
      <form class="composer" onSubmit={this.#send}>
        <textarea
          ref={this.#field}
          rows={1}
          // Empty, it would be left to right, whatever the page is.
          dir={isEmpty ? undefined : 'auto'}
          aria-label={t('composer')}
          placeholder={t('composer')}
          onKeyDown={this.#onKeyDown}
          onInput={() => {
            this.#measure();
            onTyping();
          }}
        />
        <IconButton
          type="submit"
          class="send"
          label={label}
          icon={icons.send}
          isOff={isEmpty || Number(left) < 0}
          // The field keeps the focus, and with it the keyboard of a phone.
          onMouseDown={(event) => event.preventDefault()}
        />
        <p class="limit" role="status">
          {left !== undefined && t(left < 0 ? 'tooLong' : 'left', { count: Math.abs(left) })}
        </p>
      </form>
    );
  }
}

/** On a screen that is touched, Enter breaks the line, as everywhere on that device. */
function isTouch(): boolean {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}
