import { Hono } from 'hono';
import { type App, createApp } from './app.ts';
import { createGuard, type GuardOptions } from './guard.ts';
import { addMetricsRoutes, type MetricsCatalog } from './metrics.ts';
import type { ViewerParts } from './parts.ts';
import { problemOf } from './problem.ts';
import { serve, type WebServer } from './server.ts';

const LOOPBACK = '127.0.0.1';

/** Starts the viewer. Throws `port_unavailable`. */
export async function startViewer(parts: ViewerParts, access: GuardOptions): Promise<WebServer> {
  let app: App | undefined;
  const server = await serve({
    ...access,
    createHandler: async (port) => {
      app = await createApp(parts, { ...access, port });
      return app.fetch;
    },
  });
  return {
    url: server.url,
    close: async () => {
      app?.close();
      await server.close();
    },
  };
}

/** Serves metrics and the health check on the loopback interface. Throws `port_unavailable`. */
export function startMetrics(catalog: MetricsCatalog, port: number): Promise<WebServer> {
  const app = new Hono();
  app.use(createGuard({ host: LOOPBACK, port, token: undefined, names: [] }));
  addMetricsRoutes(app, catalog);
  app.onError((thrown, context) => {
    const { status, sentence } = problemOf(thrown);
    return context.text(`${sentence}\n`, status);
  });
  return serve({ host: LOOPBACK, port, createHandler: async () => app.fetch });
}
