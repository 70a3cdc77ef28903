import { quietly } from '../quietly.ts';
import type { Voice } from '../voice.ts';
import type { Desk } from './desk.ts';

interface FailureButtonsProps {
  /** Its client message id. */
  id: string;
  voice: Voice;
  desk: Desk;
}

/** What can be done with a message that was not sent. */
export function FailureButtons({ id, voice: { t }, desk }: FailureButtonsProps) {
  const { client, composer } = desk;
  return (
    <>
      <button
        type="button"
        onClick={() => {
          quietly(client.retry(id));
          composer.current?.focus();
        }}
      >
        {t('retry')}
      </button>
      <button
        type="button"
        onClick={() => {
          quietly(client.discard(id));
          composer.current?.focus();
        }}
      >
        {t('delete')}
      </button>
    </>
  );
}
