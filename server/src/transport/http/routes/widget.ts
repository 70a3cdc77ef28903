import type { WidgetSettings } from '@alcove/protocol';
import { Router } from 'express';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { presentWidgetSettings, type Workspaces } from '../../../domain/workspaces.ts';
import { forSharedData, type SecurityOptions } from '../security-headers.ts';
import { createStaticFiles, sendFile, type StaticFile, toStaticFile } from '../static-files.ts';

/** What the loader's build leaves for the workspace's settings. */
const SETTINGS_PLACEHOLDER = '__ALCOVE_SETTINGS__';

const SCRIPT = 'text/javascript; charset=utf-8';

/** Put before a file's name by browsers that remember of the plain address that it failed once. */
const AGAIN = /^(?:again\/)+/;

/** Names with a hash in them never mean anything else. */
const HASHED_NAME = /-[\w-]{8,}\.js$/;

/** The loader with a workspace's settings inside, and the files of the app that it loads. */
export function widgetRoutes({
  directory,
  workspaces,
  logger,
  ...security
}: SecurityOptions & { directory: string; workspaces: Workspaces; logger: Logger }): Router {
  const files = createStaticFiles(directory);
  const keep = keepLatest();
  const router = Router();
  // Every site in the world may load these; none of them gets anything personal by it.
  router.use(['/w', '/widget'], forSharedData(security), (_request, response, next) => {
    response.set('Access-Control-Allow-Origin', '*');
    next();
  });

  router.get('/w/:file', async (request, response) => {
    const key = /^(wk_[a-z0-9]{1,64})\.js$/.exec(request.params.file)?.[1];
    const workspace = key === undefined ? null : await workspaces.findByKey(key);
    if (!workspace) {
      const warning = toStaticFile(SCRIPT, unknownKeyScript(request.params.file));
      await sendFile(request, response, warning, 'no-store');
      return;
    }
    const loader = await files.find('loader.js');
    if (!loader) {
      logger.error({ directory }, 'the widget is not built: run "npm run build"');
      await sendFile(request, response, toStaticFile(SCRIPT, NOT_BUILT_SCRIPT), 'no-store');
      return;
    }
    const script = withSettings(loader.body.toString(), presentWidgetSettings(workspace));
    await sendFile(request, response, keep(workspace.key, script), 'public, max-age=300');
  });

  router.get('/widget/*path', async (request, response, next) => {
    const path = request.params.path.join('/').replace(AGAIN, '');
    const isHashed = HASHED_NAME.test(path);
    const file = await files.find(path);
    if (!file && isHashed) {
      await sendFile(request, response, toStaticFile(SCRIPT, GONE_SCRIPT), 'no-store');
      return;
    }
    if (!file) {
      next();
      return;
    }
    const maxAge = isHashed ? 'max-age=31536000, immutable' : 'max-age=300';
    await sendFile(request, response, file, `public, ${maxAge}`);
  });
  return router;
}

/** A few KB each, with what compression made of it. */
const LOADERS_KEPT = 1_000;

/** Keeps each workspace's latest loader, which is compressed once instead of for every page view. */
function keepLatest() {
  const kept = new LRUCache<string, { script: string; file: StaticFile }>({ max: LOADERS_KEPT });
  return (key: string, script: string): StaticFile => {
    const known = kept.get(key);
    if (known?.script === script) return known.file;
    const file = toStaticFile(SCRIPT, script);
    kept.set(key, { script, file });
    return file;
  };
}

/**
 * Puts the settings in the placeholder's place. JSON is JavaScript, except that a name might hold what ends a script
 * element, should somebody inline the loader.
 */
function withSettings(template: string, settings: WidgetSettings): string {
  const json = JSON.stringify(settings)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  // As a function: `$&` in a name would mean something to `replace`.
  return template.replace(SETTINGS_PLACEHOLDER, () => json);
}

/** Sent with status 200: browsers do not run a script that came with another one, and nobody would see the warning. */
function unknownKeyScript(file: string): string {
  const shown = JSON.stringify(file.slice(0, 80)).replaceAll('<', '\\u003c');
  return `console.warn("Alcove: no workspace has the key in this page's script tag ("+${shown}+"). Copy the tag again from the console, under Settings.");\n`;
}

/**
 * In place of a part of an earlier version, for pages that were opened before the server was upgraded. Sent with status 200 for
 * the same reason. The app that wanted the part hears it and gives way to the version of now, see `renewable` in the widget.
 */
const GONE_SCRIPT = `for (const chat of document.querySelectorAll("alcove-chat")) chat.dispatchEvent(new Event("outdated"));
throw new Error("Alcove: the server has another version of the chat by now.");
`;

const NOT_BUILT_SCRIPT =
  'console.warn("Alcove: the chat widget is not built on the server. Whoever runs the server: run npm run build, then reload.");\n';
