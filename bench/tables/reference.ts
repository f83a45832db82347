import type { Case, Session } from '../bench-folder.ts';
import { head, ms, row } from '../print.ts';
import { type Reference, runReference } from '../reference-programs.ts';
import { percentile, sum } from '../statistics.ts';
import { threeProcesses } from '../three-processes.ts';
import { watchLatency } from '../watch-latency.ts';

const ROUNDS = 2;
const INTERVAL_MS = 50;

/** One way to run three processes over the default stream; the answer is the seconds that it took. */
type Way = (pipeline: Case, count: number, intervalMs: number) => Promise<number>;

/** Ours and the reference's programs over the same stream on the same broker, in turns. */
export async function beside(workplace: Session, reference: Reference, original: string): Promise<void> {
  const ways: readonly Way[] = [
    (pipeline, count, intervalMs) =>
      threeProcesses(pipeline, ['--count', String(count), '--interval', `${intervalMs}ms`]),
    (pipeline, count, intervalMs) => runReference(reference, pipeline, original, { count, intervalMs }),
  ];
  const flatOut = workplace.images(2000);
  const inTime = workplace.images(1000);
  head(`three processes, default stream, ${ROUNDS} rounds`, 'ours', 'the reference', 'ours beside it');

  const rates: number[][] = ways.map(() => []);
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [index, way] of ways.entries())
      rates[index]?.push(flatOut / (await way(workplace.newCase(), flatOut, 0)));
  }
  tell(
    `images/s, ${flatOut} images flat out`,
    rates.map((each) => sum(each) / ROUNDS),
    (value) => value.toFixed(0),
  );

  const times: number[][] = ways.map(() => []);
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [index, way] of ways.entries()) {
      const pipeline = workplace.newCase();
      const watched = watchLatency(pipeline.folder);
      await way(pipeline, inTime, INTERVAL_MS);
      times[index]?.push(...watched.times());
    }
  }
  row(`alerts, at ${1000 / INTERVAL_MS} images/s`, ...times.map(({ length }) => length), '');
  for (const part of [0.5, 0.9, 0.99])
    tell(
      `from the image’s file to the alert’s: p${part * 100}`,
      times.map((each) => percentile(each, part)),
      ms,
    );
}

function tell(
  what: string,
  [ours = Number.NaN, theirs = Number.NaN]: readonly number[],
  form: (value: number) => string,
) {
  row(what, form(ours), form(theirs), (ours / theirs).toFixed(2));
}
