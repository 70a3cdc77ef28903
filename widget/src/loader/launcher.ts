import type { WidgetSettings } from '@alcove/protocol';
import type { WidgetHost } from '../widget-host.ts';
import css from './launcher.css';
import { texts } from './texts.ts';

/**
 * Draws the launcher in the workspace's look, in a shadow root of its own. Strict policies forbid inline styles and
 * markup from strings, so it is made of a constructed stylesheet and of nodes. `element` is not on the page yet.
 */
export function drawLauncher(settings: WidgetSettings, serverUrl: string): WidgetHost {
  // A name with a hyphen: no style rule of the page means it, and it may have a shadow root.
  const element = document.createElement('alcove-chat');
  const root = element.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  const launcher = document.createElement('button');
  sheet.replaceSync(
    `${css}:host{--_accent:var(--alcove-accent,${settings.accent});--_on-accent:var(--alcove-on-accent,${settings.onAccent})}`,
  );
  root.adoptedStyleSheets = [sheet];
  launcher.ariaLabel = texts.open;
  root.append(launcher);
  return { settings, serverUrl, element, root, launcher };
}
