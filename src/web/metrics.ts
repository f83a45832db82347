import type { Hono } from 'hono';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { AuditCatalog, Counts } from '../ports/catalog/audit.ts';
import type { AlertDelays } from '../ports/catalog/browsing.ts';
import type { OpenedCatalog } from '../ports/catalog/opened.ts';
import type { PipelineCatalog } from '../ports/catalog/pipeline.ts';

/** What metrics and health checks read of the catalog. */
export type MetricsCatalog = OpenedCatalog & Pick<AuditCatalog, 'counts'> & Pick<PipelineCatalog, 'identity'>;

/** Metrics of the pipeline and of this process, for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Calls `counts` once for each scrape. */
export function createMetrics(counts: () => Promise<Counts>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `imgpipe_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `imgpipe_${name}`, help, labelNames, registers });

  const images = counter('images_total', 'Images received.', ['stream']);
  const outcomes = counter('outcomes_total', 'Images by technique and outcome.', ['technique', 'outcome']);
  const events = counter('events_total', 'Image events recorded.', ['stream']);
  const alerts = counter('alerts_total', 'Alerts raised.');
  const deadLetters = gauge(
    'dead_letters',
    'Dead letters, replayed or not, that have been neither removed nor dropped.',
  );
  const analysisWaiting = gauge('waiting_images', 'Images without an outcome.', ['technique']);
  const alertWaiting = gauge('waiting_events', 'Events with neither an alert nor a dead letter.');

  function set(now: Counts): void {
    for (const metric of [images, outcomes, events, alerts, analysisWaiting]) metric.reset();
    for (const { stream, images: count, events: changes } of now.streams) {
      images.inc({ stream }, count);
      events.inc({ stream }, changes);
    }
    for (const { technique, outcomes: byOutcome, open } of now.techniques) {
      for (const [outcome, count] of Object.entries(byOutcome)) outcomes.inc({ technique, outcome }, count);
      analysisWaiting.set({ technique }, open);
    }
    alerts.inc(now.alerts);
    deadLetters.set(now.deadLetters);
    alertWaiting.set(now.openEvents);
  }

  return {
    contentType: registry.contentType,
    async text() {
      const now = await counts();
      set(now);
      return `${await registry.metrics()}\n${delaysText(now.delays)}`;
    },
  };
}

const DELAY = 'imgpipe_alert_delay_seconds';

/** A histogram in the text format. The catalog counts its buckets, which a histogram of prom-client does not accept. */
function delaysText({ buckets, sum }: AlertDelays): string {
  const bound = (atMost: number) => (atMost === Number.POSITIVE_INFINITY ? '+Inf' : String(atMost));
  return [
    `# HELP ${DELAY} From an image's receipt to its alert.`,
    `# TYPE ${DELAY} histogram`,
    ...buckets.map(({ atMost, count }) => `${DELAY}_bucket{le="${bound(atMost)}"} ${count}`),
    `${DELAY}_sum ${sum}`,
    `${DELAY}_count ${buckets.at(-1)?.count ?? 0}`,
    '',
  ].join('\n');
}

/**
 * Adds `/metrics` for Prometheus, and `/healthz`, which succeeds while the catalog can be read. Both fail once the catalog
 * is no longer the one that was opened.
 */
export function addMetricsRoutes(app: Hono, catalog: MetricsCatalog): void {
  const metrics = createMetrics(() => catalog.counts());

  app.get('/metrics', async (context) => {
    await catalog.verify();
    const text = await metrics.text();
    return context.body(text, 200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' });
  });

  app.get('/healthz', async (context) => {
    await catalog.verify();
    await catalog.identity();
    return context.text('ok\n', 200, { 'Cache-Control': 'no-store' });
  });
}
