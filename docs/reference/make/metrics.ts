import type { Counts } from '../../../src/ports/catalog/audit.ts';
import { createMetrics } from '../../../src/web/metrics.ts';
import { fillBlocks, markdownTable } from './blocks.ts';

/** One of everything, so that each metric shows its labels. */
const COUNTS: Counts = {
  images: 1,
  openImages: 1,
  unpublished: 0,
  oddImages: 0,
  oldestOpen: null,
  streams: [{ stream: 'garden', images: 1, events: 1, lastNumber: 1 }],
  techniques: [
    {
      technique: 'l2@2',
      outcomes: { first: 1, unchanged: 1, changed: 1, size_changed: 1, dead: 1 },
      threshold: { value: 0, unit: 'levels' },
      judged: [],
      idle: false,
      open: 1,
    },
  ],
  events: 1,
  alerts: 1,
  deadLetters: 1,
  droppedLetters: 0,
  discardedLetters: 0,
  openEvents: 1,
  delays: { buckets: [{ atMost: Number.POSITIVE_INFINITY, count: 1 }], sum: 1 },
};

/** `docs/reference/metrics.md`: imgpipe's own metrics, as `/metrics` describes them. */
export async function metricsPage(page: string): Promise<string> {
  const text = await createMetrics(async () => COUNTS).text();
  const rows = [...text.matchAll(/^# HELP (imgpipe_\w+) (.*)\n# TYPE \1 (\w+)$/gm)].map(
    ([, name = '', help = '', type = '']) => [`\`${name}\``, type, labelsOf(text, name), help],
  );
  return fillBlocks(page, new Map([['metrics', markdownTable(['metric', 'type', 'labels', 'meaning'], rows)]]));
}

function labelsOf(text: string, metric: string): string {
  const [, labels = ''] = new RegExp(`^${metric}\\{(.*)\\} `, 'm').exec(text) ?? [];
  return [...labels.matchAll(/(\w+)="/g)].map(([, label]) => `\`${label}\``).join(', ');
}
