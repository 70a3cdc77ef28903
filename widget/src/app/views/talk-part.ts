import type * as talk from './talk.ts';

/** What a conversation needs that a first message does not, once it is there. */
export type Talk = typeof talk;
