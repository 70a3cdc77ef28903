import type { Voice } from '../voice.ts';

interface FailureButtonsProps {
  voice: Voice;
  onRetry(): void;
  onDiscard(): void;
}

/** What can be done with a message that was not sent. */
export function FailureButtons({ voice: { t }, onRetry, onDiscard }: FailureButtonsProps) {
  return (
    <>
      <button type="button" onClick={onRetry}>
        {t('retry')}
      </button>
      <button type="button" onClick={onDiscard}>
        {t('delete')}
      </button>
    </>
  );
}
