import type { Actor } from '@alcove/protocol';
import type { Voice } from '../voice.ts';
import { Face } from './Face.tsx';

/** Somebody is typing. */
export function TypingRow({ actor, voice: { t } }: { actor: Actor; voice: Voice }) {
  const { id, name = t('team') } = actor;
  return (
    <div class="row other last typing">
      <Face id={id} name={name} />
      <p class="bubble">
        <i />
        <i />
        <i />
      </p>
      <p class="meta">{t('isTyping', { name })}</p>
    </div>
  );
}
