import type { VisitorClient } from '@alcove/sdk';
import { Component } from 'preact';
import { copyText } from '../copy-text.ts';
import { quietly } from '../quietly.ts';
import { WINDOW_SIZE } from '../row-window.ts';
import type { MessageItem, Row } from '../timeline-rows.ts';
import type { Voice } from '../voice.ts';
import { type Action, ActionsMenu } from './ActionsMenu.tsx';
import type { Desk } from './desk.ts';

interface MessageActionsProps {
  list: HTMLElement;
  rows: readonly Row[];
  voice: Voice;
  desk: Desk;
  /** Draws the rows up to this one, then calls back. */
  onWindow(lastKey: string | undefined, then: () => void): void;
}

interface MessageActionsState {
  /** The message whose menu is open. */
  item?: MessageItem | undefined;
}

/** A finger that stays this long wants the menu. */
const LONG_PRESS_MS = 450;

/** A finger that moves further than this scrolls. */
const SCROLL_PX = 10;

/**
 * What can be done with the messages of the list: the arrow keys walk through them, Enter, a long press or the button
 * beside a message opens its menu, and a quote leads to what it quotes.
 */
export class MessageActions extends Component<MessageActionsProps, MessageActionsState> {
  #ending = new AbortController();
  #pressTimer: ReturnType<typeof setTimeout> | undefined;
  #pressedAt = { x: 0, y: 0 };
  /** Whether the finger that is down has opened the menu. */
  #isPressed = false;

  override componentDidMount() {
    const { list } = this.props;
    const { signal } = this.#ending;
    list.addEventListener('click', this.#onClick, { signal });
    list.addEventListener('keydown', this.#onKeyDown, { signal });
    list.addEventListener('pointerdown', this.#onPress, { signal });
    list.addEventListener('pointermove', this.#onMove, { signal });
    for (const name of ['pointerup', 'pointercancel', 'scroll']) {
      list.addEventListener(name, this.#endPress, { signal });
    }
    list.addEventListener('scroll', () => this.#close(false), { signal });
    // After a long press neither the browser's own menu nor a click, which would take the focus from ours.
    for (const name of ['contextmenu', 'touchend']) {
      list.addEventListener(name, this.#swallow, { signal });
    }
  }

  override componentWillUnmount() {
    this.#ending.abort();
    this.#endPress();
  }

  #onClick = ({ target }: Event) => {
    const button = (target as Element).closest<HTMLElement>('.more, .quote');
    if (!button) return;
    const seq = Number(button.dataset['to']);
    if (seq) void this.#goTo(seq);
    else this.#open(rowAt(button));
  };

  #onKeyDown = (event: KeyboardEvent) => {
    const { list } = this.props;
    const target = event.target as HTMLElement;
    const { key, shiftKey } = event;
    const row = rowAt(target);
    if (key === 'ArrowUp' || key === 'ArrowDown') this.#walk(row, key === 'ArrowUp' ? -1 : 1);
    else if (key === 'ContextMenu' || (key === 'F10' && shiftKey)) this.#open(row);
    // On a button inside a message Enter presses that button.
    else if (key === 'Enter' && (target === row || target === list)) this.#open(row);
    else return;
    event.preventDefault();
  };

  /** From the list itself to the newest message in view, then message by message. */
  #walk(from: HTMLElement | null, step: 1 | -1) {
    const { list } = this.props;
    const rows = [...list.querySelectorAll<HTMLElement>('[data-key]')];
    const end = list.scrollTop + list.clientHeight;
    const row = from
      ? rows[rows.indexOf(from) + step]
      : rows.findLast(({ offsetTop }) => offsetTop < end);
    row?.focus();
  }

  #onPress = ({ pointerType, target, clientX: x, clientY: y }: PointerEvent) => {
    const row = rowAt(target as Element);
    if (pointerType !== 'touch' || !row || (target as Element).closest('button')) return;
    this.#pressedAt = { x, y };
    this.#isPressed = false;
    this.#pressTimer = setTimeout(() => {
      this.#isPressed = true;
      this.#open(row);
    }, LONG_PRESS_MS);
  };

  #onMove = ({ clientX, clientY }: PointerEvent) => {
    const { x, y } = this.#pressedAt;
    if (Math.hypot(clientX - x, clientY - y) > SCROLL_PX) this.#endPress();
  };

  #swallow = (event: Event) => {
    if (this.#isPressed) event.preventDefault();
  };

  #endPress = () => clearTimeout(this.#pressTimer);

  #open(row: HTMLElement | null | undefined) {
    const found = this.props.rows.find(({ key }) => key === row?.dataset['key']);
    if (found?.kind === 'message' && this.#actionsOf(found.item).length) {
      this.setState({ item: found.item });
    }
  }

  #close = (isByKey: boolean) => {
    const { item } = this.state;
    if (!item) return;
    this.setState({ item: undefined });
    if (isByKey) this.#rowOf(item.key)?.focus({ preventScroll: true });
  };

  #actionsOf(item: MessageItem): Action[] {
    const { desk } = this.props;
    const { content, isMine, isSaving, seq, state, key } = item;
    if (content.kind !== 'text') return [];
    const actions: Action[] = [];
    if (seq) actions.push({ label: 'reply', run: () => this.#reply(item, seq) });
    if (seq && isMine && !isSaving) {
      actions.push({ label: 'edit', run: () => this.#edit(content.text, seq) });
    }
    actions.push({ label: 'copy', run: () => this.#copy(content.text) });
    if (seq && isMine && !isSaving) {
      actions.push({ label: 'delete', run: () => this.#delete(seq) });
    } else if (state === 'waiting') {
      actions.push({ label: 'delete', run: () => quietly(desk.client.discard(key)) });
    }
    return actions;
  }

  #reply({ content, actor, isOwn }: MessageItem, replyTo: number) {
    const { desk, voice } = this.props;
    const { t } = voice;
    const name = actor.name ?? t('team');
    const title = isOwn ? t('replyingToOwn') : t('replyingTo', { name });
    desk.composer.current?.begin({
      title,
      text: content.kind === 'text' ? content.text : '',
      replyTo,
    });
  }

  #edit(text: string, seq: number) {
    const { desk, voice } = this.props;
    const { client, conversationId, composer } = desk;
    composer.current?.begin({
      title: voice.t('editing'),
      text,
      save: (changed) => {
        if (changed === text) return;
        client
          .edit(conversationId, seq, changed)
          .catch((error: unknown) => this.#complain('editRefused', error));
      },
    });
  }

  #delete(seq: number) {
    const { client, conversationId } = this.props.desk;
    client
      .delete(conversationId, seq)
      .catch((error: unknown) => this.#complain('deleteRefused', error));
  }

  #complain(key: 'editRefused' | 'deleteRefused', error: unknown) {
    const { desk, voice } = this.props;
    const reason = error instanceof Error ? error.message : '';
    desk.composer.current?.complain(voice.t(key, { reason }));
  }

  #copy(text: string) {
    const { list, desk, voice } = this.props;
    void copyText(text, list).then(() => desk.say(voice.t('copied')));
  }

  /** Brings a message into view, from the server if need be. */
  async #goTo(seq: number) {
    const { client, conversationId } = this.props.desk;
    const isThere = () => client.timeline(conversationId).some((item) => item.seq === seq);
    for (;;) {
      const { hasOlder, isLoadingOlder } = client.getState().logs[conversationId] ?? {};
      if (isThere() || !hasOlder || this.#ending.signal.aborted) break;
      await (isLoadingOlder ? nextChange(client) : client.loadOlder(conversationId));
    }
    // The rows of what came are drawn with the next update.
    await new Promise<void>((resolve) => this.setState({}, resolve));
    const { rows, onWindow } = this.props;
    const at = rows.findIndex(({ kind, item }) => kind === 'message' && item.seq === seq);
    const key = rows[at]?.key;
    if (key) onWindow(rows[at + WINDOW_SIZE / 2]?.key, () => this.#show(key));
  }

  #show(key: string) {
    const { list } = this.props;
    const row = this.#rowOf(key);
    if (!row) return;
    list.scrollTop = row.offsetTop - list.clientHeight / 3;
    row.focus({ preventScroll: true });
    row
      .querySelector('.bubble')
      ?.animate({ outlineColor: ['var(--_accent-text)', 'transparent'] }, { duration: 1500 });
  }

  #rowOf(key: string): HTMLElement | undefined {
    const rows = [...this.props.list.querySelectorAll<HTMLElement>('[data-key]')];
    return rows.find(({ dataset }) => dataset['key'] === key);
  }

  override render({ voice }: MessageActionsProps, { item }: MessageActionsState) {
    const anchor = item && this.#rowOf(item.key)?.querySelector<HTMLElement>('.bubble');
    if (!item || !anchor) return null;
    return (
      <ActionsMenu
        key={item.key}
        actions={this.#actionsOf(item)}
        isOwn={item.isOwn}
        onClose={this.#close}
        {...{ anchor, voice }}
      />
    );
  }
}

function rowAt(element: Element): HTMLElement | null {
  return element.closest<HTMLElement>('[data-key]');
}

function nextChange(client: VisitorClient): Promise<void> {
  return new Promise((resolve) => {
    const stop = client.subscribe(() => {
      stop();
      resolve();
    });
  });
}
