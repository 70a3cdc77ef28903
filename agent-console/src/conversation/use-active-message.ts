import {
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
  useRef,
  useState,
} from 'react';
import { actsFor, type MessageAct, type MessageItem } from './message-acts.ts';
import type { TimelineRow } from './timeline-rows.ts';

export interface ActiveMessageOptions {
  /** The rows in the page. */
  rows: readonly TimelineRow[];
  list: RefObject<HTMLElement | null>;
  hasShortcuts: boolean;
  onAct(act: MessageAct, item: MessageItem, at: HTMLElement): void;
}

/** Which message one is at. */
export interface ActiveMessage {
  /** Where the mouse moved last, or the focus went last: it shows what can be done with it. */
  activeKey: string | null;
  /** Where the tab key leads: the message that held the focus last, at first the newest. */
  tabStopKey: string | undefined;
  /** For the element that scrolls. */
  handlers: {
    onPointerMove(event: PointerEvent): void;
    onPointerLeave(): void;
    onPointerUp(event: PointerEvent): void;
    onFocus(event: FocusEvent): void;
    onBlur(event: FocusEvent): void;
    onKeyDown(event: KeyboardEvent): void;
  };
}

/** Single keys on a message that holds the focus. Where they make no sense they mean what they mean elsewhere. */
const KEYS: Readonly<Record<string, MessageAct>> = { r: 'reply', e: 'edit' };

/** Follows the pointer and the focus over the messages; arrows walk from one to the next. */
export function useActiveMessage(options: ActiveMessageOptions): ActiveMessage {
  const { rows, list, hasShortcuts, onAct } = options;
  const [hoveredKey, setHoveredKey] = useState<string | null>(null);
  const [focusedKey, setFocusedKey] = useState<string | null>(null);
  const [lastKey, setLastKey] = useState<string | null>(null);
  const mouse = useRef<Point>(null);
  const newest = rows.findLast(({ kind }) => kind === 'message')?.key;
  const isThere = rows.some(({ kind, key }) => kind === 'message' && key === lastKey);

  function press(event: KeyboardEvent, message: HTMLElement): void {
    const act = KEYS[event.key];
    const row = rows.find(({ key }) => key === keyOf(message));
    if (!act || !hasShortcuts || row?.kind !== 'message') return;
    if (!actsFor(row.item).includes(act)) return;
    event.preventDefault();
    onAct(act, row.item, message);
  }

  return {
    activeKey: hoveredKey ?? focusedKey,
    tabStopKey: isThere && lastKey !== null ? lastKey : newest,
    handlers: {
      onPointerMove(event) {
        if (event.pointerType !== 'mouse' || !hasMoved(mouse.current, event)) return;
        mouse.current = { x: event.clientX, y: event.clientY };
        setHoveredKey(keyOf(messageAt(event.target)));
      },
      onPointerLeave: () => setHoveredKey(null),
      // A finger does not hover, and not every browser lets it focus.
      onPointerUp(event) {
        if (event.pointerType !== 'mouse') messageAt(event.target)?.focus({ preventScroll: true });
      },
      onFocus(event) {
        const key = keyOf(messageAt(event.target));
        setFocusedKey(key);
        setHoveredKey(null);
        if (key !== null) setLastKey(key);
      },
      onBlur(event) {
        if (!messageAt(event.relatedTarget)) setFocusedKey(null);
      },
      onKeyDown(event) {
        if (event.ctrlKey || event.metaKey || event.altKey || event.nativeEvent.isComposing) return;
        const message = messageAt(event.target);
        if (event.key.startsWith('Arrow')) walk(event, list.current, message);
        else if (message) press(event, message);
      },
    },
  };
}

interface Point {
  x: number;
  y: number;
}

/** Text that scrolls under a resting mouse is told as a move, too. */
function hasMoved(from: Point | null, to: PointerEvent): boolean {
  return from?.x !== to.clientX || from.y !== to.clientY;
}

/** Up and down lead from message to message; at the first and the last the keys scroll as ever. */
function walk(event: KeyboardEvent, list: HTMLElement | null, from: HTMLElement | null): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const next = step && list ? neighbourOf(list, from, step) : undefined;
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function messageAt(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-message]') : null;
}

function keyOf(message: HTMLElement | null): string | null {
  return message?.closest<HTMLElement>('[data-key]')?.dataset['key'] ?? null;
}

/** The message above or below; from outside of any, the lowest one in sight. */
function neighbourOf(list: HTMLElement, from: HTMLElement | null, step: number) {
  const messages = [...list.querySelectorAll<HTMLElement>('[data-message]')];
  if (from) return messages[messages.indexOf(from) + step];
  const bottom = list.parentElement?.getBoundingClientRect().bottom ?? 0;
  return messages.findLast((message) => message.getBoundingClientRect().bottom <= bottom);
}
