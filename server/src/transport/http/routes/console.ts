import { Router } from 'express';
import type { Logger } from 'pino';
import { sendPage } from '../pages.ts';
import { channelOf } from '../secure-context.ts';
import { forPages, nonceOf, type SecurityOptions } from '../security-headers.ts';
import { createStaticFiles, sendFile, type StaticFile, toStaticFile } from '../static-files.ts';

/** What the console's build leaves for the nonce, in its script and style tags and in a `<meta>` for its styles. */
const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/** The agents' console: one page, whatever the path, and the files that it loads. */
export function consoleRoutes({
  directory,
  logger,
  ...security
}: SecurityOptions & { directory: string; logger: Logger }): Router {
  const files = createStaticFiles(directory);
  const router = Router();
  router.use('/console', ...forPages(security, []));

  router.get('/console/assets/*path', async (request, response, next) => {
    const file = await files.find(`assets/${request.params.path.join('/')}`);
    if (!file) {
      // Out of this router: a missing script must not be answered with the page.
      next('router');
      return;
    }
    await sendFile(request, response, file, 'public, max-age=31536000, immutable');
  });

  router.get(['/console', '/console/*path'], async (request, response) => {
    if (channelOf(request, security.publicUrl()) === 'plain') {
      sendPage(response, 403, plainHttpPage(request.host));
      return;
    }
    if (request.path === '/console') {
      response.redirect(301, '/console/');
      return;
    }
    const asked = await files.find(request.path.slice('/console/'.length));
    if (asked && !asked.type.startsWith('text/html')) {
      await sendFile(request, response, asked, 'public, max-age=300');
      return;
    }
    const index = await files.find('index.html');
    if (!index) {
      logger.error({ directory }, 'the console is not built: run "npm run build"');
      sendPage(response, 503, NOT_BUILT_PAGE);
      return;
    }
    await sendFile(request, response, withNonce(index, nonceOf(response)), 'no-store');
  });
  return router;
}

function withNonce(index: StaticFile, nonce: string): StaticFile {
  return toStaticFile(index.type, index.body.toString().replaceAll(NONCE_PLACEHOLDER, nonce));
}

const NOT_BUILT_PAGE = {
  title: 'The console is not built yet',
  paragraphs: ['Run this where the server is, then reload this page:'],
  commands: ['npm run build'],
};

/** Why nobody can sign in here, and both ways out. */
function plainHttpPage(host: string) {
  const port = host.match(/:(\d+)$/)?.[1] ?? '80';
  const name = host.replace(/:\d+$/, '');
  return {
    title: 'The console needs a secure connection',
    paragraphs: [
      `You opened it over plain http at ${host}. On the way from here to the server anybody could read your password and your customers' messages, and browsers refuse the console's cookie.`,
      'For good: put a reverse proxy with TLS (such as Caddy) in front, and start Alcove with PUBLIC_URL set to its https address.',
      'For now: open a tunnel from your own computer, then go to http://localhost:3000/console/ there:',
    ],
    commands: [`ssh -N -L 3000:localhost:${port} ${name}`],
  };
}
