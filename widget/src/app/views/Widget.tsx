import type { MessageCreated, VisitorConversation } from '@alcove/protocol';
import type { VisitorClient, WidgetPerson } from '@alcove/sdk';
import { Component, createRef, type RefObject } from 'preact';
import type { WidgetHost } from '../../widget-host.ts';
import { adoptStyles } from '../adopt-styles.ts';
import { createPart } from '../part.ts';
import { quietly } from '../quietly.ts';
import type { Remains } from '../renewable.ts';
import { textOf } from '../text-of.ts';
import type { Voice } from '../voice.ts';
import type { Composer } from './Composer.tsx';
import { Conversation } from './Conversation.tsx';
import { Header } from './Header.tsx';
import { Panel } from './Panel.tsx';

interface WidgetProps {
  /** Gets this component, to be called. */
  handle: RefObject<Widget | null>;
  host: WidgetHost;
  client: VisitorClient;
  voice: Voice;
}

interface WidgetState {
  isOpen: boolean;
  isFull: boolean;
  /** Whether the server has been away for longer than a hiccup. */
  isTroubled: boolean;
  announcement?: { key: number; text: string };
}

/** The same words stand in widget.css: there the panel fills the screen, here it becomes modal. */
const FULL_SCREEN = '(max-width: 479.98px), (max-height: 519.98px)';

/** A server that is back sooner was a hiccup that nobody needs to read about. */
const TROUBLE_MS = 2000;

/** What the client tells is passed on to the page as it is. */
const PASSED_ON = [
  'message',
  'unread',
  'typing',
  'presence',
  'connection',
  'conversation',
  'error',
] as const;

/** Joins the visitor's client with what is seen: launcher, teaser, panel. What is not needed at first comes in parts. */
export class Widget extends Component<WidgetProps, WidgetState> {
  #fullScreen = matchMedia(FULL_SCREEN);
  override state: WidgetState = { isOpen: false, isFull: false, isTroubled: false };
  #composer = createRef<Composer>();
  #talk = createPart(
    () => import('./talk.ts'),
    ({ css, texts }) => {
      adoptStyles(this.props.host.root, css);
      this.props.voice.learn(texts);
      this.#onState();
    },
  );
  #attention = createPart(
    () => import('./Attention.tsx'),
    () => this.#onState(),
  );
  #endings: (() => void)[] = [];
  #troubleTimer: ReturnType<typeof setTimeout> | undefined;
  #openedId: string | undefined;
  #said = 0;

  get #conversation(): VisitorConversation | undefined {
    return this.props.client.getState().conversations[0];
  }

  override componentDidMount() {
    const { client, handle } = this.props;
    handle.current = this;
    this.#endings = [
      this.#talk.close,
      this.#attention.close,
      client.subscribe(this.#onState),
      client.on('message', this.#announce),
      ...PASSED_ON.map((name) => client.on(name, (event: unknown) => this.#emit(name, event))),
      listen(document, 'visibilitychange', this.#onState),
      listen(this.#fullScreen, 'change', this.#onState),
    ];
    client.setPage({ url: location.href, title: document.title });
    this.#onState();
    quietly(client.resume());
  }

  override componentWillUnmount() {
    this.props.handle.current = null;
    clearTimeout(this.#troubleTimer);
    for (const end of this.#endings) end();
  }

  override componentDidUpdate(_: unknown, before: WidgetState) {
    const { client, host, voice } = this.props;
    const { launcher } = host;
    const { isOpen } = this.state;
    const { unreadCount } = client.getState();
    if (unreadCount) this.#talk.need();
    if (this.#conversation && (!isOpen || document.hidden)) this.#attention.need();
    launcher.ariaExpanded = `${isOpen}`;
    launcher.ariaLabel =
      (unreadCount && voice.t('openChatUnread', { count: unreadCount })) || voice.t('openChat');
    if (before.isOpen !== isOpen) this.#emit(isOpen ? 'open' : 'close');
    if (isOpen && this.#conversation && this.#openedId !== this.#conversation.id) {
      this.#openedId = this.#conversation.id;
      quietly(client.openConversation(this.#openedId));
    }
  }

  /** Runs a command of the page. */
  run(command: unknown, argument: unknown) {
    const { client } = this.props;
    if (command === 'open') this.#open((argument as { text?: string } | undefined)?.text);
    else if (command === 'close') this.#close();
    else if (command === 'toggle') this.#toggle();
    else if (command === 'boot' || command === 'identify') this.#identify(argument);
    else if (command === 'shutdown') {
      this.#close();
      this.#composer.current?.end();
      quietly(client.signOut());
    } else {
      // oxlint-disable-next-line no-console -- whoever mistyped it reads the console, not the chat
      console.warn(`Alcove: there is no command "${String(command)}"`);
    }
  }

  /**
   * What another app takes over from this one; nothing while this one had better stay: who the visitor is and what is
   * unsent would be lost with it, what is begun with a message, or the focus of the page.
   */
  get remains(): Remains | undefined {
    const { client, host } = this.props;
    const { isOpen } = this.state;
    const composer = this.#composer.current;
    const isFree = !isOpen || host.root.activeElement || document.activeElement === document.body;
    const isKept = this.#conversation && client.getState().outboxStorage !== 'memory';
    if (isFree && isKept && composer && !composer.state.task)
      return { isOpen, text: composer.text };
    return undefined;
  }

  #open = (draft?: string) => {
    if (draft) this.#composer.current?.write(draft);
    this.setState({ isOpen: true });
  };

  #close = () => {
    const { root, launcher } = this.props.host;
    const isFocusInside = root.activeElement?.closest('dialog');
    // Only from inside the panel: the page may have closed it while the visitor is busy elsewhere.
    this.setState({ isOpen: false }, () => isFocusInside && launcher.focus());
  };

  /** From the innermost outwards: first what the composer was given to do, then the panel. */
  #escape = () => this.#composer.current?.end() || this.#close();

  #toggle = () => (this.state.isOpen ? this.#close() : this.#open());

  #identify(person: unknown) {
    const { name, email } = (person ?? {}) as WidgetPerson;
    if (name !== undefined || email !== undefined)
      quietly(this.props.client.identify({ name, email }));
  }

  #emit(name: string, detail: unknown = {}) {
    this.props.host.element.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #onState = () => {
    const { connection } = this.props.client.getState();
    if (connection.status !== 'reconnecting') {
      clearTimeout(this.#troubleTimer);
      this.#troubleTimer = undefined;
      this.setState({ isTroubled: false });
    } else {
      this.#troubleTimer ??= setTimeout(() => this.setState({ isTroubled: true }), TROUBLE_MS);
    }
    this.setState({ isFull: this.#fullScreen.matches });
  };

  #announce = ({ message: { actor, content } }: { message: MessageCreated }) => {
    const { t } = this.props.voice;
    this.#say(t('says', { name: actor.name ?? t('team'), text: textOf(content, t) }));
  };

  /** Has assistive technology read something once. A closed panel is silent: then the teaser speaks. */
  #say = (text: string) => {
    if (this.state.isOpen) this.setState({ announcement: { key: this.#said++, text } });
  };

  /** Its place is always there, so that assistive technology hears what comes into it. */
  #teaser(conversation: VisitorConversation | undefined) {
    const { host, client, voice } = this.props;
    const { unreadCount } = client.getState();
    const talk = this.#talk.module;
    return (
      <div role="status">
        {talk && !this.state.isOpen && unreadCount > 0 && (
          <talk.Teaser
            workspaceKey={host.settings.key}
            {...{ conversation, unreadCount, voice }}
            onOpen={() => this.#open()}
          />
        )}
      </div>
    );
  }

  override render({ host, client, voice }: WidgetProps, state: WidgetState) {
    const chat = client.getState();
    const isOnline = chat.connection.status === 'online';
    const conversation = this.#conversation;
    const { isOpen } = state;
    const attention = this.#attention.module;
    return (
      <>
        {this.#teaser(conversation)}
        <Panel
          isOpen={isOpen}
          isFull={state.isFull}
          announcement={state.announcement}
          onShown={() => this.#composer.current?.focus()}
          onEscape={this.#escape}
          onClose={this.#close}
        >
          <Header
            workspace={host.settings}
            voice={voice}
            isTeamOnline={isOnline ? chat.isTeamOnline : undefined}
            isFirst={!conversation && !chat.pending.length && (isOnline || !chat.hasSession)}
            onClose={this.#close}
          >
            {attention && (
              <attention.Attention
                {...{ client, voice, isOpen }}
                workspaceKey={host.settings.key}
              />
            )}
          </Header>
          <Conversation
            composer={this.#composer}
            {...{ client, conversation, voice }}
            talk={this.#talk}
            isVisible={isOpen && !document.hidden}
            isTroubled={state.isTroubled}
            say={this.#say}
          />
        </Panel>
      </>
    );
  }
}

function listen(target: EventTarget, name: string, listener: () => void): () => void {
  target.addEventListener(name, listener);
  return () => target.removeEventListener(name, listener);
}
