import { Router } from 'express';
import type { Readiness } from '../../readiness.ts';

/** `/healthz`: the process runs. `/readyz`: it wants requests; 503 while it stops or cannot reach its data. */
export function healthRoutes(readiness: () => Promise<Readiness>): Router {
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' });
  });
  router.get('/readyz', async (_request, response) => {
    const status = await readiness();
    response
      .status(status === 'ready' ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status });
  });
  return router;
}
