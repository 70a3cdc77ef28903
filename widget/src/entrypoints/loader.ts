import type { WidgetSettings } from '@alcove/protocol';
import { startLoader } from '../loader/start.ts';

/** The server writes the workspace's settings here when it sends this file. */
declare const __ALCOVE_SETTINGS__: WidgetSettings;

try {
  startLoader(__ALCOVE_SETTINGS__, (folder) => import(`${folder}app.js`));
} catch {
  // Whatever is wrong here, the page that embeds the chat must not notice.
}
