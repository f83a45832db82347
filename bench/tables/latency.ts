import { head, ms, row } from '../print.ts';
import { timed } from '../processes.ts';
import type { Case, Session } from '../session.ts';
import { percentile } from '../statistics.ts';
import { threeProcesses } from '../three-processes.ts';
import { watchLatency } from '../watch-latency.ts';

/** The latency from an image's file to its alert's file, at 20 images per second. */
export async function latency(session: Session): Promise<void> {
  const input = ['--count', String(session.images(1000)), '--interval', '50ms'];
  head('latency from image file to alert file, 20 images/s', 'alerts', 'p50', 'p90', 'p99');
  const measure = async (what: string, run: (pipeline: Case) => Promise<unknown>) => {
    const pipeline = session.newCase();
    const watched = watchLatency(pipeline.folder);
    await run(pipeline);
    const times = watched.times();
    row(what, times.length, ...[0.5, 0.9, 0.99].map((part) => ms(percentile(times, part))));
  };
  await measure('three processes', (pipeline) => threeProcesses(pipeline, input));
  await measure('run, one process', ({ args }) => timed(['run', ...args, ...input]));
}
