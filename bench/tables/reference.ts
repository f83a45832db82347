import { head, ms, row } from '../print.ts';
import { type Reference, runReference } from '../reference-programs.ts';
import type { Case, Session } from '../session.ts';
import { percentile, sum } from '../statistics.ts';
import { threeProcesses } from '../three-processes.ts';
import { watchLatency } from '../watch-latency.ts';

const ROUNDS = 2;
/** A short run, in which the start counts, and a long one. */
const COUNTS = [800, 2000];
const INTERVAL_MS = 50;

/** Runs three processes over the default stream; returns the seconds. */
type Way = (pipeline: Case, count: number, intervalMs: number) => Promise<number>;

/** Compares our stages with the reference's programs, on the same stream and broker, in turns. */
export async function versusReference(session: Session, reference: Reference, original: string): Promise<void> {
  const ways: readonly Way[] = [
    (pipeline, count, intervalMs) =>
      threeProcesses(pipeline, ['--count', String(count), '--interval', `${intervalMs}ms`]),
    (pipeline, count, intervalMs) => runReference(reference, pipeline, original, { count, intervalMs }),
  ];
  const pacedCount = session.images(1000);
  head(`three processes, default stream, ${ROUNDS} rounds`, 'imgpipe', 'the reference', 'ratio');

  for (const count of COUNTS.map(session.images)) {
    const rates: number[][] = ways.map(() => []);
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const [index, way] of ways.entries()) rates[index]?.push(count / (await way(session.newCase(), count, 0)));
    }
    printRow(
      `images/s, ${count} images without interval`,
      rates.map((each) => sum(each) / ROUNDS),
      (value) => value.toFixed(0),
    );
  }

  const times: number[][] = ways.map(() => []);
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [index, way] of ways.entries()) {
      const pipeline = session.newCase();
      const watched = watchLatency(pipeline.folder);
      await way(pipeline, pacedCount, INTERVAL_MS);
      times[index]?.push(...watched.times());
    }
  }
  row(`alerts, at ${1000 / INTERVAL_MS} images/s`, ...times.map(({ length }) => length), '');
  for (const part of [0.5, 0.9, 0.99])
    printRow(
      `latency from image file to alert file: p${part * 100}`,
      times.map((each) => percentile(each, part)),
      ms,
    );
}

function printRow(
  what: string,
  [ours = Number.NaN, theirs = Number.NaN]: readonly number[],
  form: (value: number) => string,
) {
  row(what, form(ours), form(theirs), (ours / theirs).toFixed(2));
}
