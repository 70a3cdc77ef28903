import { Component, createRef, type RefObject } from 'preact';
import { charactersLeft } from '../message-size.ts';
import type { Voice } from '../voice.ts';
import { IconButton } from './IconButton.tsx';
import { icons } from './icons.ts';

interface ComposerProps {
  /** Gets this component, to be called. */
  handle: RefObject<Composer | null>;
  voice: Voice;
  onSend(text: string): void;
  onTyping(): void;
}

interface ComposerState {
  isEmpty: boolean;
  left: number | undefined;
}

/** Where a message is written. The field itself keeps the draft, also while the panel is closed. */
export class Composer extends Component<ComposerProps, ComposerState> {
  override state: ComposerState = { isEmpty: true, left: undefined };
  #field = createRef<HTMLTextAreaElement>();

  override componentDidMount() {
    this.props.handle.current = this;
  }

  /** Puts a text into the field, in place of what stands there. */
  write(text: string) {
    if (this.#field.current) this.#field.current.value = text;
    this.#measure();
  }

  /** Sets the caret into the field; not on touch, where a keyboard would cover what there is to read. */
  focus() {
    if (!isTouch()) this.#field.current?.focus();
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
    this.setState({ isEmpty: !field.value.trim(), left: charactersLeft(field.value) });
  }

  #send = (event: Event) => {
    event.preventDefault();
    const text = this.#field.current?.value.trim();
    if (!text || Number(charactersLeft(text)) < 0) return;
    this.write('');
    this.props.onSend(text);
  };

  #onKeyDown = (event: KeyboardEvent) => {
    // Input methods confirm a word with Enter. Safari ends composing before this event; its key code still tells.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key === 'Enter' && !event.shiftKey && !isComposing && !isTouch()) this.#send(event);
  };

  override render({ voice: { t }, onTyping }: ComposerProps, { isEmpty, left }: ComposerState) {
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
          label={t('send')}
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
