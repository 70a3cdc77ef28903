import type { Voice } from '../voice.ts';
import { IconButton } from './IconButton.tsx';
import { icons } from './icons.ts';

/** What the composer is for, when it is not for a new message. */
export interface Task {
  title: string;
  /** The message that it is about. */
  text: string;
  /** A message that is answered. */
  replyTo?: number | undefined;
  /** Takes the changed text of a message that is edited. */
  save?(text: string): void;
}

interface ComposerBarProps {
  task: Task | undefined;
  /** What went wrong with an earlier one. */
  problem: string | undefined;
  voice: Voice;
  onCancel(): void;
  onHeard(): void;
}

/** Above the composer: which message it answers or edits; and what could not be done. */
export function ComposerBar({ task, problem, voice: { t }, onCancel, onHeard }: ComposerBarProps) {
  return (
    <>
      <div class="notices" role="alert">
        {problem && (
          <p class="problem">
            <span>{problem}</span>
            <IconButton class="close" label={t('dismiss')} icon={icons.close} onClick={onHeard} />
          </p>
        )}
      </div>
      {task && (
        <div class="task">
          <b dir="auto">{task.title}</b>
          <span dir="auto">{task.text}</span>
          <IconButton class="close" label={t('cancel')} icon={icons.close} onClick={onCancel} />
        </div>
      )}
    </>
  );
}
