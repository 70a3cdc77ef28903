import type { MessageCreated, VisitorConversation } from '@alcove/protocol';
import type { ConversationState, TimelineItem, VisitorClient, WidgetPerson } from '@alcove/sdk';
import { Component, createRef, type RefObject } from 'preact';
import type { WidgetHost } from '../../widget-host.ts';
import { createReadMarks } from '../read-marks.ts';
import { textOf } from '../text-of.ts';
import { firstUnread, type Row, toRows } from '../timeline-rows.ts';
import type { Voice } from '../voice.ts';
import { Composer } from './Composer.tsx';
import { Header } from './Header.tsx';
import { MessageList } from './MessageList.tsx';
import { Notices } from './Notices.tsx';
import { Panel } from './Panel.tsx';
import { TeaserPlace } from './TeaserPlace.tsx';

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
  announcement?: { key: string; text: string };
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

/** Joins the visitor's client with what is seen: launcher, teaser, panel. */
export class Widget extends Component<WidgetProps, WidgetState> {
  #fullScreen = matchMedia(FULL_SCREEN);
  override state: WidgetState = { isOpen: false, isFull: false, isTroubled: false };
  #list = createRef<MessageList>();
  #composer = createRef<Composer>();
  #readMarks = createReadMarks((seq) => {
    if (this.#conversation) this.props.client.markRead(this.#conversation.id, seq);
  });
  #endings: (() => void)[] = [];
  #troubleTimer: ReturnType<typeof setTimeout> | undefined;
  #openedId: string | undefined;
  #failures = 0;
  /** The line that was the first unread one when the panel opened; empty for none. */
  #newKey: string | undefined;
  #items: readonly TimelineItem[] | undefined;
  #rows: Row[] = [];

  get #conversation(): VisitorConversation | undefined {
    return this.props.client.getState().conversations[0];
  }

  override componentDidMount() {
    const { client, handle } = this.props;
    handle.current = this;
    this.#endings = [
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
    this.#readMarks.stop();
    clearTimeout(this.#troubleTimer);
    for (const end of this.#endings) end();
  }

  override componentDidUpdate(_: unknown, before: WidgetState) {
    const { client, host, voice } = this.props;
    const { launcher } = host;
    const { isOpen } = this.state;
    const { unreadCount } = client.getState();
    launcher.ariaExpanded = `${isOpen}`;
    launcher.ariaLabel = unreadCount
      ? voice.t('openChatUnread', { count: unreadCount })
      : voice.t('openChat');
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
      quietly(client.signOut());
    } else {
      // oxlint-disable-next-line no-console -- whoever mistyped it reads the console, not the chat
      console.warn(`Alcove: there is no command "${String(command)}"`);
    }
  }

  #open = (draft?: string) => {
    if (draft) this.#composer.current?.write(draft);
    this.setState({ isOpen: true });
  };

  #close = () => {
    const { root, launcher } = this.props.host;
    const isFocusInside = root.activeElement?.closest('dialog');
    this.#newKey = undefined;
    this.#readMarks.stop();
    // Only from inside the panel: the page may have closed it while the visitor is busy elsewhere.
    this.setState({ isOpen: false }, () => isFocusInside && launcher.focus());
  };

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
    const { client, voice } = this.props;
    const { connection, pending } = client.getState();
    if (connection.status !== 'reconnecting') {
      clearTimeout(this.#troubleTimer);
      this.#troubleTimer = undefined;
      this.setState({ isTroubled: false });
    } else {
      this.#troubleTimer ??= setTimeout(() => this.setState({ isTroubled: true }), TROUBLE_MS);
    }
    const failures = pending.filter(({ state }) => state === 'failed');
    if (failures.length > this.#failures) this.#say(`${failures.length}`, voice.t('failed'));
    this.#failures = failures.length;
    if (document.hidden) {
      this.#newKey = undefined;
      this.#readMarks.stop();
    }
    this.setState({ isFull: this.#fullScreen.matches });
  };

  #announce = ({ message: { id, actor, content } }: { message: MessageCreated }) => {
    const { t } = this.props.voice;
    this.#say(id, t('says', { name: actor.name ?? t('team'), text: textOf(content, t) }));
  };

  /** Has assistive technology read something once. A closed panel is silent: then the teaser speaks. */
  #say(key: string, text: string) {
    if (this.state.isOpen) this.setState({ announcement: { key, text } });
  }

  async #send(text: string) {
    const { client } = this.props;
    this.#newKey = '';
    this.#list.current?.toEnd();
    client.setPage({ url: location.href, title: document.title });
    try {
      await client.send(text, { conversationId: this.#conversation?.id });
    } catch {
      // It could not even be kept: it goes back to where it was written.
      this.#composer.current?.write(text);
    }
  }

  #seen = (seq: number) => {
    if (this.state.isOpen && !document.hidden) this.#readMarks.see(seq);
  };

  #loadOlder = () => {
    if (this.#conversation) quietly(this.props.client.loadOlder(this.#conversation.id));
  };

  #typed = () => {
    if (this.#conversation) this.props.client.setTyping(this.#conversation.id, true);
  };

  #actions = {
    retry: (key: string) => {
      quietly(this.props.client.retry(key));
      this.#composer.current?.focus();
    },
    discard: (key: string) => {
      quietly(this.props.client.discard(key));
      this.#composer.current?.focus();
    },
  };

  /** The rows of what is shown; the same ones while nothing of it changed. */
  #rowsOf(log: ConversationState | undefined): Row[] {
    const items = this.props.client.timeline(this.#conversation?.id ?? null);
    const newKey = this.#newKey;
    if (this.state.isOpen && !document.hidden && log?.isLoaded) {
      const own = log.cursors.find(({ participant }) => participant.kind === 'visitor');
      this.#newKey ??= firstUnread(items, own?.read ?? 0) ?? '';
    }
    if (items !== this.#items || newKey !== this.#newKey) this.#rows = toRows(items, this.#newKey);
    this.#items = items;
    return this.#rows;
  }

  override render({ host, client, voice }: WidgetProps, state: WidgetState) {
    const chat = client.getState();
    const isOnline = chat.connection.status === 'online';
    const conversation = this.#conversation;
    const log = conversation && chat.logs[conversation.id];
    const rows = this.#rowsOf(log);
    return (
      <>
        <TeaserPlace
          root={host.root}
          workspaceKey={host.settings.key}
          conversation={conversation}
          unreadCount={state.isOpen ? 0 : chat.unreadCount}
          voice={voice}
          onOpen={() => this.#open()}
        />
        <Panel
          isOpen={state.isOpen}
          isFull={state.isFull}
          announcement={state.announcement}
          onShown={() => this.#composer.current?.focus()}
          onClose={this.#close}
        >
          <Header
            workspace={host.settings}
            voice={voice}
            isTeamOnline={isOnline ? chat.isTeamOnline : undefined}
            isFirst={!conversation && !rows.length && (isOnline || !chat.hasSession)}
            onClose={this.#close}
          />
          <MessageList
            handle={this.#list}
            rows={rows}
            typing={log?.typing ?? []}
            voice={voice}
            actions={this.#actions}
            onOlder={log?.hasOlder && !log.isLoadingOlder ? this.#loadOlder : undefined}
            onSeen={this.#seen}
          />
          <Notices state={chat} isTroubled={state.isTroubled} voice={voice} />
          <Composer
            handle={this.#composer}
            voice={voice}
            onSend={(text) => void this.#send(text)}
            onTyping={this.#typed}
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

/** A refusal is told to the page as `error`; as an unhandled rejection it would be reported as the page's mistake. */
function quietly(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}
