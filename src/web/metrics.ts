import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Counts } from '../ports/catalog/audit.ts';
import type { AlertDelays } from '../ports/catalog/browsing.ts';

/** The catalog's figures and this process's own, as Prometheus reads them. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** `counts` is called once for each scrape. */
export function createMetrics(counts: () => Promise<Counts>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `imgpipe_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `imgpipe_${name}`, help, labelNames, registers });

  const images = counter('images_total', 'Images received.', ['stream']);
  const outcomes = counter('outcomes_total', 'What techniques have made of images.', ['technique', 'outcome']);
  const events = counter('events_total', 'Image events recorded.', ['stream']);
  const alerts = counter('alerts_total', 'Alerts raised.');
  const deadLetters = gauge('dead_letters', 'Dead letters that stand.');
  const analysisWaiting = gauge('waiting_images', 'Images without an outcome.', ['technique']);
  const alertWaiting = gauge('waiting_events', 'Events that wait for their alert.');

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

/** A histogram in Prometheus' text format. Its counts are the catalog's, which prom-client's own cannot be given. */
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
