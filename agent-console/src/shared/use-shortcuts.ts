import { useEffect, useEffectEvent } from 'react';

/** What a key does: `event.key` (`j`, `ArrowDown`, `?`), then the act. An act that does not apply answers `false`. */
export type Shortcuts = Readonly<Record<string, (event: KeyboardEvent) => void | false>>;

/**
 * Listens for single keys while nothing is being typed and no menu or dialog is open. With modifiers a key belongs to
 * the browser. They can be switched off (WCAG 2.2, 2.1.4).
 */
export function useShortcuts(shortcuts: Shortcuts, isEnabled: boolean): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.isComposing || isTaken(event.target, event.key)) return;
    const act = shortcuts[event.key];
    if (act && act(event) !== false) event.preventDefault();
  });
  useEffect(() => {
    if (!isEnabled) return;
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [isEnabled]);
}

/** Whether the focused element has a use of its own for the key. */
function isTaken(target: EventTarget | null, key: string): boolean {
  // A menu that is fading out still holds the focus, but is no longer there for anybody.
  if (!(target instanceof Element) || target.closest('[aria-hidden="true"]')) return false;
  if (
    target.closest(
      'input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]',
    )
  ) {
    return true;
  }
  // On the row that is open already, Enter goes on to the reply.
  if (key === 'Enter' || key === ' ') {
    return target.closest('a:not([aria-current="true"]), button') !== null;
  }
  return key.startsWith('Arrow') && target.closest('[role="region"]') !== null;
}
