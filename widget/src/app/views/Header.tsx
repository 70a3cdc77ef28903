import type { Voice } from '../voice.ts';
import { Face } from './Face.tsx';
import { IconButton } from './IconButton.tsx';
import { icons } from './icons.ts';

interface HeaderProps {
  workspace: { key: string; name: string };
  voice: Voice;
  /** Whether somebody is there to answer; `undefined` while that is not known. */
  isTeamOnline: boolean | undefined;
  /** Whether nothing was written yet. */
  isFirst: boolean;
  onClose(): void;
}

/** Who one writes to and whether they are there; before the first message also the greeting. */
export function Header({ workspace, voice: { t }, isTeamOnline, isFirst, onClose }: HeaderProps) {
  const { key, name } = workspace;
  return (
    <header class={isFirst ? 'first' : ''}>
      <Face id={key} name={name} />
      <div class="who">
        <h2 id="title">
          <bdi>{name}</bdi>
        </h2>
        {isTeamOnline !== undefined && (
          <p class={isTeamOnline ? 'presence online' : 'presence'}>
            {t(isTeamOnline ? 'teamOnline' : 'teamAway')}
          </p>
        )}
      </div>
      <IconButton class="close" label={t('closeChat')} icon={icons.close} onClick={onClose} />
      {isFirst && (
        <div class="greeting">
          <h3>{t('greeting')}</h3>
          <p>{t('firstStep')}</p>
        </div>
      )}
    </header>
  );
}
