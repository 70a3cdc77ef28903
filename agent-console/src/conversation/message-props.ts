import type { Agent, ContactSummary } from '@alcove/protocol';
import type { MessageAct, MessageItem } from './message-acts.ts';

/** What can be done from within a message; one object for all of them, so that they stay as they are. */
export interface MessageTools {
  /** @param at the element that was pressed */
  run(act: MessageAct, item: MessageItem, at: HTMLElement): void;
  jumpTo(seq: number): void;
}

/** One message with its place in the timeline. */
export interface MessageProps {
  item: MessageItem;
  isFirstOfGroup: boolean;
  isLastOfGroup: boolean;
  showsState: boolean;
  /** Under the pointer or the focus: shows what can be done with it. */
  isActive: boolean;
  /** The one message that the tab key leads to. */
  isTabStop: boolean;
  /** A quote has just led to it. */
  isFound: boolean;
  self: Agent | null;
  contact: ContactSummary;
  tools: MessageTools;
  watchEnd(end: HTMLElement | null): (() => void) | undefined;
}
