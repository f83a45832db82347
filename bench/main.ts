import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createPipeline } from '../src/index.ts';
import { percentile, watchLatency } from './latency.ts';
import { makeCopies, makePictures } from './pictures.ts';
import { pixelsAlone } from './pixels-alone.ts';
import { started, timed } from './processes.ts';

/**
 * Whole runs of the built program, each process from its start to its end. Times of one machine compare only within one
 * run: the last column sets each case beside the pixel work of the default stream alone, done in this process.
 */
const ORIGINAL = fileURLToPath(new URL('../image_original/original_image.jpg', import.meta.url));
const work = mkdtempSync(path.join(tmpdir(), 'imgpipe-bench-'));
let folders = 0;

const say = (line: string) => process.stdout.write(`${line}\n`);

function newFolder(): string {
  folders += 1;
  return path.join(work, `data-${folders}`);
}

/** One line of the table: a rate, and how it compares with the pixel work alone. */
function row(what: string, images: number, seconds: number, floor: number): void {
  const rate = images / seconds;
  say(`| ${what} | ${images} | ${seconds.toFixed(1)} s | ${Math.round(rate)} | ${(rate / floor).toFixed(2)} |`);
}

/** The stages one after the other, then all in one process, then three processes at once. */
async function rates(what: string, images: number, input: readonly string[], floor: number): Promise<void> {
  const data = ['--data', newFolder()];
  const received = await timed(['receive', ...data, ...input]);
  const analyzed = await timed(['analyze', ...data, '--drain']);
  const alerted = await timed(['alert', ...data, '--drain']);
  row(`${what}: receive`, images, received.seconds, floor);
  row(`${what}: analyze`, images, analyzed.seconds, floor);
  row(`${what}: alert`, images, alerted.seconds, floor);
  row(`${what}: run, one process`, images, (await timed(['run', '--data', newFolder(), ...input])).seconds, floor);
  row(`${what}: three processes`, images, await threeProcesses(input), floor);
}

/** The three stages at once, from the receiver's start until every image is analyzed and every event has its alert. */
async function threeProcesses(input: readonly string[]): Promise<number> {
  const folder = newFolder();
  const data = ['--data', folder];
  const stages = [await started(['alert', ...data]), await started(['analyze', ...data])];
  const pipeline = await createPipeline({ data: folder });
  const began = performance.now();
  await timed(['receive', ...data, ...input]);
  for (;;) {
    const { images, analyzed, waiting } = await pipeline.status({ check: false });
    if (analyzed === images && waiting?.alert === 0) break;
    await sleep(10);
  }
  const seconds = (performance.now() - began) / 1000;
  await pipeline.close();
  for (const stage of stages) await stage.stop();
  return seconds;
}

async function latency(): Promise<void> {
  const folder = newFolder();
  const data = ['--data', folder];
  const stages = [await started(['alert', ...data]), await started(['analyze', ...data])];
  const watched = watchLatency(folder);
  await timed(['receive', ...data, '--count', '1000', '--interval', '50ms']);
  for (const stage of stages.reverse()) await stage.stop();
  tell('three processes', watched.times());

  const alone = newFolder();
  const watchedAlone = watchLatency(alone);
  await timed(['run', '--data', alone, '--count', '1000', '--interval', '50ms']);
  tell('run, one process', watchedAlone.times());
}

function tell(what: string, times: readonly number[]): void {
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  say(`| ${what} | ${times.length} | ${p50.toFixed(1)} ms | ${p99.toFixed(1)} ms |`);
}

async function memory(): Promise<void> {
  for (const count of [1000, 20_000]) {
    const { peakMegabytes, seconds } = await timed(['run', '--data', newFolder(), '--count', String(count)]);
    say(`| ${count} | ${peakMegabytes.toFixed(0)} MB | ${Math.round(count / seconds)} |`);
  }
}

try {
  const floor = await pixelsAlone(ORIGINAL, 400);
  say(`The pixel work of the default stream alone: ${Math.round(floor)} images/s\n`);
  say('| case | images | time | images/s | beside the pixel work |\n|---|---|---|---|---|');
  await rates('default stream', 2000, ['--count', '2000'], floor);
  makeCopies(path.join(work, 'copies'), 2000, ORIGINAL);
  await rates('without changed images', 2000, [path.join(work, 'copies')], floor);
  makePictures(path.join(work, 'large'), 200, 1920, 1080);
  await rates('1920 × 1080, every fourth changed', 200, [path.join(work, 'large')], floor);
  say('\n| from the image’s file to the alert’s, 20 images/s | alerts | p50 | p99 |\n|---|---|---|---|');
  await latency();
  say('\n| images in one run | peak memory | images/s |\n|---|---|---|');
  await memory();
} finally {
  rmSync(work, { recursive: true, force: true });
}
