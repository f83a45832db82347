import type { Case, Session } from '../bench-folder.ts';
import { head, ms, row } from '../print.ts';
import { timed } from '../processes.ts';
import { percentile } from '../statistics.ts';
import { threeProcesses } from '../three-processes.ts';
import { watchLatency } from '../watch-latency.ts';

/** The milliseconds from an image's file to its alert's, at twenty images a second. */
export async function latency(workplace: Session): Promise<void> {
  const input = ['--count', String(workplace.images(1000)), '--interval', '50ms'];
  head('from the image’s file to the alert’s, 20 images/s', 'alerts', 'p50', 'p90', 'p99');
  const tell = async (what: string, work: (pipeline: Case) => Promise<unknown>) => {
    const pipeline = workplace.newCase();
    const watched = watchLatency(pipeline.folder);
    await work(pipeline);
    const times = watched.times();
    row(what, times.length, ...[0.5, 0.9, 0.99].map((part) => ms(percentile(times, part))));
  };
  await tell('three processes', (pipeline) => threeProcesses(pipeline, input));
  await tell('run, one process', ({ args }) => timed(['run', ...args, ...input]));
}
