/** `npm run bench:status`: the time that `status` takes on a large catalog, and how long a check blocks the event loop. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { createSqliteCatalog } from '../src/adapters/sqlite/catalog.ts';
import { openDatabase } from '../src/adapters/sqlite/database.ts';
import { TOPICS } from '../src/domain/messages.ts';
import { auditRows } from '../src/operations/audit.ts';
import { undeliveredStreams, viewBus } from '../src/stages/reconcile/undelivered.ts';
import { fillImages } from '../test/support/many-images.ts';
import { catalogFile } from '../test/support/open-sqlite.ts';
import { head, ms, row } from './print.ts';
import { percentile } from './statistics.ts';

const IMAGES = Number(process.env['IMAGES'] ?? 1_000_000);
const OPEN = IMAGES / 5;
const STREAMS = 100;
const TIMES = 20;

const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-bench-'));
try {
  await fillImages(folder, { images: IMAGES, open: OPEN, streams: STREAMS });
  const catalog = createSqliteCatalog(await openDatabase(catalogFile(folder), { create: false }));
  head(`status of ${IMAGES} images, ${OPEN} of them open`, 'p50', 'max');
  await measure('the counts', async () => void (await catalog.counts()));
  const logs = async (topic: string) =>
    topic === TOPICS.imageAnalysis ? [{ partition: 0, start: 0, end: IMAGES + 1 }] : [];
  const bus = { id: 'embedded', committed: async () => new Map(), logs };
  await measure('streams with undelivered images', async () => {
    const view = await viewBus(catalog, bus, 'l2@2');
    if ((await undeliveredStreams(catalog, view, view.techniques)).length > 0) throw new Error('some are undelivered');
  });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  let busiest = 0;
  let before = process.cpuUsage();
  // A page is read between two turns of the event loop: the processor time of the longest tells, also on a busy machine.
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    busiest = Math.max(busiest, (user + system) / 1000);
    before = process.cpuUsage();
  });
  const totals = await catalog.snapshot((pages) =>
    auditRows(pages, 'l2@2', {
      onFault: ({ key, what }) => {
        throw new Error(`${key}: ${what}`);
      },
      onOpenImage: () => {},
      onOpenEvent: () => {},
    }),
  );
  clearInterval(timer);
  delay.disable();
  if (totals.analyzed !== IMAGES - OPEN) throw new Error(`${totals.analyzed} analyzed`);
  row('an audit of all rows', ms(performance.now() - began), '');
  row('  longest block of the event loop', ms(delay.max / 1e6), '');
  row('  processor time of the longest turn', ms(busiest), '');
  await catalog.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(what: string, work: () => Promise<void>): Promise<void> {
  const times: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const began = performance.now();
    await work();
    times.push(performance.now() - began);
  }
  row(what, ms(percentile(times, 0.5)), ms(Math.max(...times)));
}
