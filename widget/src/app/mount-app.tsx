import { createVisitorClient } from '@alcove/sdk';
import { createRef, render } from 'preact';
import type { WidgetApp, WidgetHost } from '../widget-host.ts';
import { adoptStyles } from './adopt-styles.ts';
import { en } from './locales/en.ts';
import { renewable } from './renewable.ts';
import { createVoice } from './voice.ts';
import { Widget } from './views/Widget.tsx';
import css from './widget.css';

/** Puts the app beside the launcher, in its shadow root. */
export function mountApp(host: WidgetHost): WidgetApp {
  const { root, serverUrl, settings } = host;
  const before = root.adoptedStyleSheets;
  const [light, dark] = settings.accentText;
  adoptStyles(
    root,
    `:host{--_fitted-light:${light};--_fitted-dark:${dark};--_fitted-hover:${settings.accentHover}}${css}`,
  );

  const place = document.createElement('div');
  place.lang = en.language;
  // Keys pressed here are no shortcuts of the page.
  for (const type of ['keydown', 'keypress', 'keyup']) {
    place.addEventListener(type, (event) => event.stopPropagation());
  }
  root.append(place);

  const client = createVisitorClient({ serverUrl, workspaceKey: settings.key });
  const widget = createRef<Widget>();
  render(
    <Widget
      handle={widget}
      host={host}
      client={client}
      voice={createVoice(en, navigator.languages)}
    />,
    place,
  );
  return renewable(host, {
    get remains() {
      return widget.current?.remains;
    },
    run: (command, argument) => widget.current?.run(command, argument),
    destroy() {
      render(null, place);
      place.remove();
      root.adoptedStyleSheets = before;
      void client.close();
    },
  });
}
