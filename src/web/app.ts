import { Hono } from 'hono';
import { addApiRoutes } from './api-routes.ts';
import { loadAssets } from './assets.ts';
import { createGuard, type GuardOptions } from './guard.ts';
import { createLiveAlerts } from './live.ts';
import { addMetricsRoutes } from './metrics.ts';
import { addPageRoutes, showProblem } from './page-routes.ts';
import type { ViewerParts } from './parts.ts';
import { problemOf } from './problem.ts';
import { sharedCall } from './shared-call.ts';

/** The viewer as a request handler. */
export interface App {
  fetch(request: Request): Response | Promise<Response>;
  /** Ends the open streams of new alerts. */
  close(): void;
}

/** Creates the viewer behind its guard. */
export async function createApp(parts: ViewerParts, access: GuardOptions): Promise<App> {
  const live = createLiveAlerts(parts);
  const app = new Hono();
  app.use(createGuard(access));
  addMetricsRoutes(app, parts.catalog);
  // Bounds the connections to the broker, however many clients ask for the status.
  addApiRoutes(app, { ...parts, status: sharedCall(parts.status) });
  addPageRoutes(app, { ...parts, live, assets: await loadAssets() });
  app.notFound((context) =>
    showProblem(context, parts, {
      status: 404,
      code: 'not_found',
      sentence: `page ${context.req.path} does not exist`,
    }),
  );
  app.onError((thrown, context) => {
    const { error, status, sentence } = problemOf(thrown);
    if (status >= 500) parts.onFailure(error);
    return showProblem(context, parts, { status, code: error.code, sentence });
  });
  return { fetch: (request) => app.fetch(request), close: live.close };
}
