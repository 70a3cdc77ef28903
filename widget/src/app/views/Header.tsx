import type { ComponentChildren } from 'preact';
import { initialsOf } from '../initials-of.ts';
import type { Voice } from '../voice.ts';
import { IconButton } from './IconButton.tsx';
import { icons } from './icons.ts';

interface HeaderProps {
  workspace: { name: string };
  voice: Voice;
  /** Whether somebody is there to answer; `undefined` while that is not known. */
  isTeamOnline: boolean | undefined;
  /** Whether nothing was written yet. */
  isFirst: boolean;
  onClose(): void;
  /** Further buttons. */
  children: ComponentChildren;
}

/** Who one writes to and whether they are there; before the first message also the greeting. */
export function Header(props: HeaderProps) {
  const { workspace, voice, isTeamOnline, isFirst, onClose, children } = props;
  const { name } = workspace;
  const { t } = voice;
  return (
    <header class={isFirst ? 'first' : ''}>
      <span class="face" aria-hidden="true">
        {initialsOf(name)}
      </span>
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
      <div class="tools">
        {children}
        <IconButton class="close" label={t('closeChat')} icon={icons.close} onClick={onClose} />
      </div>
      {isFirst && (
        <div class="greeting">
          <h3>{t('greeting')}</h3>
          <p>{t('firstStep')}</p>
        </div>
      )}
    </header>
  );
}
