import type { Content } from '@alcove/protocol';
import type { Voice } from './voice.ts';

/** What a message says, or what is left of it. A newer server may send a kind of content that this build does not know. */
export function textOf(content: Content, t: Voice['t']): string {
  if (content.kind === 'text') return content.text;
  return t(content.kind === 'deleted' ? 'deleted' : 'unsupported');
}
