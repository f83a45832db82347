import { Hono } from 'hono';
import type { Catalog } from '../ports/catalog/catalog.ts';
import { type App, createApp } from './app.ts';
import { createGuard, type GuardOptions } from './guard.ts';
import { addMetricsRoutes } from './metrics.ts';
import type { ViewerParts } from './parts.ts';
import { tellable } from './problem.ts';
import { serve, type WebServer } from './server.ts';

const LOOPBACK = '127.0.0.1';

/** Starts the viewer. Throws `port_unavailable`. */
export async function startViewer(parts: ViewerParts, access: GuardOptions): Promise<WebServer> {
  let app: App | undefined;
  const server = await serve({
    ...access,
    answer: async (port) => {
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

/** Tells a process' figures and nothing else, on this machine alone. Throws `port_unavailable`. */
export function startMetrics(catalog: Pick<Catalog, 'counts' | 'identity'>, port: number): Promise<WebServer> {
  const app = new Hono();
  app.use(createGuard({ host: LOOPBACK, port, token: undefined, names: [] }));
  addMetricsRoutes(app, catalog);
  app.onError((thrown, context) => {
    const { status, sentence } = tellable(thrown);
    return context.text(`${sentence}\n`, status);
  });
  return serve({ host: LOOPBACK, port, answer: async () => app.fetch });
}
