import type { Hono } from 'hono';
import type { Catalog } from '../ports/catalog/catalog.ts';
import { createMetrics } from './metrics.ts';

/** What whoever watches over the processes asks for: figures for Prometheus, and whether the catalog answers. */
export function addMetricsRoutes(app: Hono, catalog: Pick<Catalog, 'counts' | 'identity'>): void {
  const metrics = createMetrics(() => catalog.counts());

  app.get('/metrics', async (context) => {
    const text = await metrics.text();
    return context.body(text, 200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' });
  });

  app.get('/healthz', async (context) => {
    await catalog.identity();
    return context.text('ok\n', 200, { 'Cache-Control': 'no-store' });
  });
}
