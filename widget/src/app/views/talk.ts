/**
 * What a conversation needs that a first message on its way does not. A chunk of its own: it comes once that one is
 * stored, or cannot be.
 */
export { default as css } from '../talk.css';
export { enTalk as texts } from '../locales/en-talk.ts';
export { charactersLeft } from '../message-size.ts';
export { nextWindow, windowOf } from '../row-window.ts';
export { firstUnread } from '../first-unread.ts';
export { Bubble, rowAttributes } from './Bubble.tsx';
export { ComposerBar } from './ComposerBar.tsx';
export { Face } from './Face.tsx';
export { Failure } from './Failure.tsx';
export { MarkRow } from './MarkRow.tsx';
export { MessageActions } from './MessageActions.tsx';
export { Reading } from './Reading.tsx';
export { Teaser } from './Teaser.tsx';
export { TypingRow } from './TypingRow.tsx';
