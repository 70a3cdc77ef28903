import type { VisitorClient } from '@alcove/sdk';
import { Component, createRef, type RefObject } from 'preact';
import type { Part } from '../part.ts';
import type { Voice } from '../voice.ts';
import type { Task } from './ComposerBar.tsx';
import { IconButton } from './IconButton.tsx';
import { icons } from './icons.ts';
import type { Talk } from './talk-part.ts';

interface ComposerProps {
  /** Gets this component, to be called. */
  handle: RefObject<Composer | null>;
  client: VisitorClient;
  /** `undefined` until there is a conversation. */
  conversationId: string | undefined;
  voice: Voice;
  talk: Part<Talk>;
  /** A new message is about to be sent. */
  onSend(): void;
}

interface ComposerState {
  isEmpty: boolean;
  /** What it is for, when it is not for a new message. */
  task?: Task | undefined;
  /** What could not be done. */
  problem?: string | undefined;
}

/** Characters from which on a text may come near the limit, whatever they are: UTF-8 has three bytes for one at most. */
const LONG = 2000;

/**
 * Where one writes: a new message, an answer to one, or other words for one. The field itself keeps the draft, also while
 * the panel is closed.
 */
export class Composer extends Component<ComposerProps, ComposerState> {
  override state: ComposerState = { isEmpty: true };
  #field = createRef<HTMLTextAreaElement>();
  /** What stood in the field before a message was edited there. */
  #draft = '';

  override componentDidMount() {
    this.props.handle.current = this;
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

  /** Gives it something else to do than a new message. */
  begin(task: Task) {
    this.end();
    if (task.save) {
      this.#draft = this.text;
      this.write(task.text);
    }
    this.setState({ task });
    this.focus(true);
  }

  /** Gives up what was begun. Answers whether there was something. */
  end(): boolean {
    const { task } = this.state;
    if (task?.save) this.write(this.#draft);
    this.setState({ task: undefined });
    return !!task;
  }

  /** Tells the person what could not be done; nothing takes it away. */
  complain(problem?: string) {
    this.setState({ problem });
  }

  /** What stands in the field. */
  get text(): string {
    return this.#field.current?.value ?? '';
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
    const { client, conversationId, onSend } = this.props;
    const { task } = this.state;
    this.write('');
    this.end();
    if (task?.save) {
      task.save(text);
      return;
    }
    onSend();
    client.setPage({ url: location.href, title: document.title });
    client
      .send(text, { conversationId, replyTo: task?.replyTo })
      // It could not even be kept: it goes back to where it was written, before what was begun since.
      .catch(() => this.write(`${text}\n${this.text}`.trim()));
  };

  #onKeyDown = (event: KeyboardEvent) => {
    // Input methods confirm a word with Enter. Safari ends composing before this event; its key code still tells.
    const isComposing = event.isComposing || event.keyCode === 229;
    if (event.key === 'Enter' && !event.shiftKey && !isComposing && !isTouch()) this.#send(event);
  };

  #onInput = () => {
    const { client, conversationId } = this.props;
    this.#measure();
    if (conversationId) client.setTyping(conversationId, true);
  };

  override render({ voice, talk: { module: talk } }: ComposerProps, state: ComposerState) {
    const { isEmpty, task, problem } = state;
    const { t } = voice;
    const left = this.#left;
    return (
      <>
        {talk && (
          <talk.ComposerBar
            {...{ task, problem, voice }}
            onCancel={() => {
              this.end();
              this.focus();
            }}
            onHeard={() => this.complain()}
          />
        )}
        <form class="composer" onSubmit={this.#send}>
          <textarea
            ref={this.#field}
            rows={1}
            // Empty, it would be left to right, whatever the page is.
            dir={isEmpty ? undefined : 'auto'}
            aria-label={t('composer')}
            placeholder={t('composer')}
            onKeyDown={this.#onKeyDown}
            onInput={this.#onInput}
          />
          <IconButton
            type="submit"
            class="send"
            label={t(task?.save ? 'save' : 'send')}
            icon={icons.send}
            isOff={isEmpty || Number(left) < 0}
            // The field keeps the focus, and with it the keyboard of a phone.
            onMouseDown={(event) => event.preventDefault()}
          />
          <p class="limit" role="status">
            {left !== undefined && t(left < 0 ? 'tooLong' : 'left', { count: Math.abs(left) })}
          </p>
        </form>
      </>
    );
  }
}

/** On a screen that is touched, Enter breaks the line, as everywhere on that device. */
function isTouch(): boolean {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}
