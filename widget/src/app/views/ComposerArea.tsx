import type { VisitorClient } from '@alcove/sdk';
import { Component, createRef, type RefObject } from 'preact';
import type { Part } from '../part.ts';
import type { Voice } from '../voice.ts';
import { Composer } from './Composer.tsx';
import type { Task } from './ComposerBar.tsx';
import type { Talk } from './talk-part.ts';

interface ComposerAreaProps {
  /** Gets this component, to be called. */
  handle: RefObject<ComposerArea | null>;
  client: VisitorClient;
  /** `undefined` until there is a conversation. */
  conversationId: string | undefined;
  voice: Voice;
  talk: Part<Talk>;
  /** A new message is about to be sent. */
  onSend(): void;
}

interface ComposerAreaState {
  /** What the composer is for, when it is not for a new message. */
  task?: Task | undefined;
  /** What could not be done. */
  problem?: string | undefined;
}

/** The composer and what it is for: a new message, an answer to one, or other words for one. */
export class ComposerArea extends Component<ComposerAreaProps, ComposerAreaState> {
  #composer = createRef<Composer>();
  /** What stood in the composer before a message was edited there. */
  #draft = '';

  override componentDidMount() {
    this.props.handle.current = this;
  }

  /** Puts a text into the composer. */
  write(text: string) {
    this.#composer.current?.write(text);
  }

  /** @see Composer.focus */
  focus(isAsked?: boolean) {
    this.#composer.current?.focus(isAsked);
  }

  /** Gives the composer something else to do than a new message. */
  begin = (task: Task) => {
    this.end();
    if (task.save) {
      this.#draft = this.#composer.current?.text ?? '';
      this.write(task.text);
    }
    this.setState({ task });
    this.focus(true);
  };

  /** Gives up what was begun. Answers whether there was something. */
  end = (): boolean => {
    const { task } = this.state;
    if (task?.save) this.write(this.#draft);
    this.setState({ task: undefined });
    return !!task;
  };

  /** Tells the person what could not be done; nothing takes it away. */
  complain = (problem?: string) => this.setState({ problem });

  async #send(text: string) {
    const { client, conversationId, onSend } = this.props;
    const { task } = this.state;
    this.end();
    if (task?.save) return task.save(text);
    onSend();
    client.setPage({ url: location.href, title: document.title });
    try {
      await client.send(text, { conversationId, replyTo: task?.replyTo });
    } catch {
      // It could not even be kept: it goes back to where it was written.
      this.write(text);
    }
    return undefined;
  }

  override render(props: ComposerAreaProps, { task, problem }: ComposerAreaState) {
    const { client, conversationId, voice } = props;
    const talk = props.talk.module;
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
        <Composer
          handle={this.#composer}
          {...{ voice }}
          talk={props.talk}
          label={voice.t(task?.save ? 'save' : 'send')}
          onSend={(text) => void this.#send(text)}
          onTyping={() => conversationId && client.setTyping(conversationId, true)}
        />
      </>
    );
  }
}
