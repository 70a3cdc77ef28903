import { Router } from 'express';
import type { Workspaces } from '../../../domain/workspaces.ts';
import { escapeHtml, sendPage } from '../pages.ts';
import { forPages, type SecurityOptions } from '../security-headers.ts';
import { createStaticFiles, sendFile, toStaticFile } from '../static-files.ts';

/** The pages, by the path below `/demo/`. */
const PAGES: Readonly<Record<string, string>> = { '/': 'index.html', '/page-2': 'page-2.html' };

/** The widget's one Trusted Types policy. */
const WIDGET_POLICY = 'alcove';

/** Two pages of a site that carries the tag of the first workspace. */
export function demoRoutes({
  directory,
  workspaces,
  ...security
}: SecurityOptions & { directory: string; workspaces: Workspaces }): Router {
  const files = createStaticFiles(directory);
  const router = Router();
  router.get('/', (_request, response) => response.redirect(302, '/demo/'));
  router.use('/demo', ...forPages(security, [WIDGET_POLICY]));
  router.get('/demo', (request, response, next) => {
    if (request.path === '/demo') response.redirect(301, '/demo/');
    else next();
  });

  router.get(['/demo/', '/demo/page-2'], async (request, response, next) => {
    const page = await files.find(PAGES[request.path.slice('/demo'.length)] ?? '');
    if (!page) {
      next();
      return;
    }
    const [workspace] = await workspaces.list();
    if (!workspace) {
      sendPage(response, 503, NO_WORKSPACE_PAGE);
      return;
    }
    const html = page.body
      .toString()
      .replaceAll('__WORKSPACE_KEY__', workspace.key)
      .replaceAll('__ORIGIN__', escapeHtml(security.publicUrl().origin));
    await sendFile(request, response, toStaticFile(page.type, html), 'no-cache');
  });

  router.get('/demo/:file', async (request, response, next) => {
    const file = await files.find(request.params.file);
    if (!file || file.type.startsWith('text/html')) next();
    else await sendFile(request, response, file, 'public, max-age=300');
  });
  return router;
}

const NO_WORKSPACE_PAGE = {
  title: 'There is no workspace yet',
  paragraphs: ['The demo shows the chat of the first workspace. Make one:'],
  commands: ['alcove workspace create "My workspace"'],
};
