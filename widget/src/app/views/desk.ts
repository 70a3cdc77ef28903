import type { VisitorClient } from '@alcove/sdk';
import type { RefObject } from 'preact';
import type { Task } from './ComposerBar.tsx';

/** What the parts of a conversation work with. */
export interface Desk {
  client: VisitorClient;
  /** Empty until there is a conversation. */
  conversationId: string;
  composer: RefObject<DeskComposer | null>;
  /** Has assistive technology read something once. */
  say(text: string): void;
}

/** The place where one writes, as the parts of a conversation know it. */
interface DeskComposer {
  focus(): void;
  /** Gives it something else to do than a new message. */
  begin(task: Task): void;
  /** Tells the person what could not be done; nothing takes it away. */
  complain(problem?: string): void;
}
