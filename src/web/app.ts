import { Hono } from 'hono';
import { addApiRoutes } from './api-routes.ts';
import { loadAssets } from './assets.ts';
import { createGuard, type GuardOptions } from './guard.ts';
import { createLiveAlerts } from './live.ts';
import { addMetricsRoutes } from './metrics.ts';
import { addPageRoutes, showProblem } from './page-routes.ts';
import type { ViewerParts } from './parts.ts';
import { tellable } from './problem.ts';

/** The viewer as a function of requests. */
export interface App {
  fetch(request: Request): Response | Promise<Response>;
  /** Ends what would go on for ever: whoever listens for new alerts. */
  close(): void;
}

export async function createApp(parts: ViewerParts, access: GuardOptions): Promise<App> {
  const live = createLiveAlerts(parts);
  const app = new Hono();
  app.use(createGuard(access));
  addMetricsRoutes(app, parts.catalog);
  addApiRoutes(app, parts);
  addPageRoutes(app, { ...parts, live, assets: await loadAssets() });
  app.notFound((context) =>
    showProblem(context, parts, { status: 404, code: 'not_found', sentence: `there is no page ${context.req.path}` }),
  );
  app.onError((thrown, context) => {
    const { error, status, sentence } = tellable(thrown);
    if (status >= 500) parts.onFailure(error);
    return showProblem(context, parts, { status, code: error.code, sentence });
  });
  return { fetch: (request) => app.fetch(request), close: live.close };
}
