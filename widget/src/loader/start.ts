import type { WidgetSettings } from '@alcove/protocol';
import { drawLauncher } from './launcher.ts';
import { createLazyApp, type ImportApp } from './lazy-app.ts';
import { type AlcoveGlobal, type AlcovePage, claimGlobal } from './page-global.ts';
import { findServerUrl } from './server-url.ts';

/**
 * Puts the launcher on the page and answers `Alcove(...)`. The app is fetched when somebody is about to use it, or when
 * the page is idle and this browser has a conversation.
 */
export function startLoader(settings: WidgetSettings, importApp: ImportApp): void {
  const page: AlcovePage = window as object;
  const serverUrl = findServerUrl(settings.key);
  if (!serverUrl) return;
  const host = drawLauncher(settings, serverUrl);
  const { element, launcher } = host;
  const app = createLazyApp(host, importApp);

  const command = ((name: unknown, argument?: unknown, listener?: unknown) => {
    if (name === 'on') return listen(element, argument as string, listener as Listener);
    if (name === 'boot') applyLook(element, { ...settings, ...(argument as object) });
    if (name !== 'destroy') return app.run(name, argument);
    app.destroy();
    element.remove();
    release = release?.() as undefined;
    return undefined;
  }) as AlcoveGlobal;

  const calls = page.Alcove?.q ?? [];
  let release = claimGlobal(page, settings.key as `wk_${string}`, command);
  // Beside the body: pages that swap their body while navigating keep it, and no style of the body moves it.
  const show = () => release && document.documentElement.append(element);
  if (!release) return;
  launcher.onpointerenter = launcher.onfocus = app.load;
  launcher.onclick = () => app.run('toggle');
  applyLook(element, settings);
  for (const call of calls) command(...call);
  if (document.body) show();
  else document.addEventListener('DOMContentLoaded', show);
  // The SDK keeps its session under this key; looking for it stores and asks nothing. Where storage is blocked this
  // throws: then there is nothing to remember, and nothing is left to do.
  if (localStorage.getItem(`alcove ${serverUrl} ${settings.key}`)) {
    (window.requestIdleCallback ?? setTimeout)(() => void app.load());
  }
}

type Listener = (detail?: unknown) => void;

/** Events travel on the widget's own node: a mistake in a listener is reported as the page's and stops nothing here. */
function listen(element: HTMLElement, name: string, listener: Listener): () => void {
  const hear = (event: Event) => listener((event as CustomEvent).detail);
  element.addEventListener(name, hear);
  // Nobody is answered before the widget is ready, so whoever asks hears it at once.
  if (name === 'ready') setTimeout(listener, 0, {});
  return () => element.removeEventListener(name, hear);
}

/** Writes side and theme to the widget's node, where the stylesheets look. */
function applyLook({ dataset }: HTMLElement, { side, theme }: WidgetSettings): void {
  Object.assign(dataset, { side, theme });
}
