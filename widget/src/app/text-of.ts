import type { Content } from '@alcove/protocol';
import type { Voice } from './voice.ts';

/** What a message says. A newer server may send a kind of content that this build does not know. */
export function textOf(content: Content, t: Voice['t']): string {
  return content.kind === 'text' ? content.text : t('unsupported');
}
