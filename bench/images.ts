/** The cost of comparing two pictures, in total and step by step. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { decodePicture } from '../src/adapters/pixels/codec.ts';
import { createComparator } from '../src/adapters/pixels/comparator.ts';
import { INLINE_EXECUTOR, type PixelExecutor } from '../src/adapters/pixels/workers/pixel-executor.ts';
import { createPixelPool } from '../src/adapters/pixels/workers/pixel-pool.ts';
import { encodeDifference } from '../src/adapters/pixels/workers/pixel-tasks.ts';
import type { Pixels } from '../src/analysis/pixels.ts';
import { TECHNIQUES } from '../src/analysis/techniques.ts';
import { sha256Of } from '../src/base/digest.ts';
import type { PictureSource } from '../src/ports/comparator.ts';
import { type Formula, startFormula } from './images/formula.ts';
import { compareWithJimp } from './images/jimp-alone.ts';
import { copyOf, SIZES, type Size, writeScenes } from './images/pictures.ts';
import { head, row, say } from './print.ts';
import { percentile } from './statistics.ts';

const MEASURE = { technique: 'l2@2', threshold: { value: 0, unit: 'levels' } } as const;
const MAX_TIME_MS = 300_000;
const LIMITS = { maxPixels: 64e6 };

const { values: options } = parseArgs({
  options: { python: { type: 'string', default: 'python3' }, only: { type: 'string' } },
});
const folder = mkdtempSync(path.join(tmpdir(), 'imgpipe-bench-'));
const formula = startFormula(options.python);
try {
  if (formula === undefined) say(`${options.python} lacks Pillow or NumPy: skipping the reference's formula`);
  for (const size of SIZES) if (options.only === undefined || size.name.startsWith(options.only)) await tableOf(size);
} finally {
  formula?.close();
  rmSync(folder, { recursive: true });
}

async function tableOf(size: Size): Promise<void> {
  const files = writeScenes(folder, size);
  const [before, after] = [readFileSync(files.reference), readFileSync(files.image)];
  await steps(size, before, after);
  const pools = [1, 2].filter((workers) => workers <= availableParallelism());
  const ways = [{ name: 'imgpipe, inline', executor: INLINE_EXECUTOR }, ...pools.map(poolOf)];
  const times = await interleaved(size, ways, { before, after, files });
  print(size, ways, times);
  for (const { executor } of ways) await executor.close();
}

interface Way {
  readonly name: string;
  readonly executor: PixelExecutor;
}

function poolOf(workers: number): Way {
  const executor = createPixelPool({ workers, maxTimeMs: MAX_TIME_MS });
  return { name: `imgpipe, ${workers} ${workers === 1 ? 'worker' : 'workers'}`, executor };
}

/** Each step of a comparison, on this thread. */
async function steps(size: Size, before: Uint8Array, after: Uint8Array): Promise<void> {
  const [reference, image] = [await decodePicture(before, 'jpg', LIMITS), await decodePicture(after, 'jpg', LIMITS)];
  head(`${size.name}, single steps`, 'median');
  const step = async (name: string, run: () => unknown) => {
    const times: number[] = [];
    for (let round = 0; round < size.rounds; round++) times.push(await timed(run));
    row(name, ms(percentile(times, 0.5)));
  };
  await step('decode a JPEG', () => decodePicture(after, 'jpg', LIMITS));
  for (const technique of TECHNIQUES) {
    await step(`measure, ${technique.id}`, () => technique.measure(reference, image, undefined));
  }
  const range = rangeOf(reference, image);
  await step('draw and encode the difference image', () => encodeDifference(reference, image, range));
  await step('SHA-256 of the file', () => sha256Of(after));
}

function rangeOf(reference: Pixels, image: Pixels) {
  const [technique] = TECHNIQUES;
  if (technique === undefined) throw new Error('no technique is registered');
  return technique.measure(reference, image, undefined);
}

interface Times {
  /** Milliseconds per comparison in the steady state: the reference was decoded for the previous comparison. */
  readonly changed: number[];
  readonly unchanged: number[];
}

interface Inputs {
  readonly before: Buffer;
  readonly after: Buffer;
  readonly files: { readonly reference: string; readonly image: string };
}

/** Measures all ways in turns, so that other load on the machine affects them equally. */
async function interleaved(size: Size, ways: readonly Way[], inputs: Inputs): Promise<Map<string, Times>> {
  const times = new Map<string, Times>();
  const record = (name: string, changed: readonly number[], unchanged: readonly number[]) => {
    const known = times.get(name) ?? { changed: [], unchanged: [] };
    times.set(name, { changed: [...known.changed, ...changed], unchanged: [...known.unchanged, ...unchanged] });
  };
  // Warm up, so that the code is compiled.
  for (const { executor } of ways) await compareStream(executor, inputs, 4);
  const turns = 3;
  for (let turn = 0; turn < turns; turn++) {
    for (const { name, executor } of ways) {
      const changed = await compareStream(executor, inputs, size.rounds);
      record(name, [changed], [await compareEqual(executor, inputs)]);
    }
    if (formula !== undefined) await recordFormula(formula, size, inputs, record);
    const { before, after } = inputs;
    const [changed, unchanged] = [
      await timed(() => compareWithJimp(before, after)),
      await timed(() => compareWithJimp(before, before)),
    ];
    record('plain jimp', [changed], [unchanged]);
  }
  return times;
}

async function recordFormula(
  { time }: Formula,
  size: Size,
  { files }: Inputs,
  record: (name: string, changed: readonly number[], unchanged: readonly number[]) => void,
): Promise<void> {
  const out = path.join(folder, 'difference.jpg');
  const rounds = Math.ceil(size.rounds / 3);
  const changed = await time({ ...files, out, rounds });
  const unchanged = await time({ ...files, image: files.reference, out, rounds });
  record("the reference's formula", changed.ms, unchanged.ms);
}

/**
 * Compares a stream in which each picture differs from the previous one, as the analyze stage does; milliseconds per
 * comparison.
 */
async function compareStream(executor: PixelExecutor, { before, after }: Inputs, count: number): Promise<number> {
  const comparator = createComparator({ ...LIMITS, executor: { ...executor, close: async () => {} } });
  const pictures = Array.from({ length: count + 1 }, (_, index) => source(copyOf(index % 2 ? after : before, index)));
  const [first] = pictures;
  if (first !== undefined) await comparator.inspect(first);
  const began = performance.now();
  const inFlight: Promise<unknown>[] = [];
  for (const [index, image] of pictures.entries()) {
    const reference = pictures[index - 1];
    if (reference === undefined) continue;
    if (inFlight.length >= executor.atOnce) await inFlight.shift();
    inFlight.push(comparator.compare({ reference, image, mask: undefined }, MEASURE));
  }
  await Promise.all(inFlight);
  const each = (performance.now() - began) / count;
  await comparator.close();
  return each;
}

/** Compares identical files, including their digests; milliseconds. */
async function compareEqual(executor: PixelExecutor, { before }: Inputs): Promise<number> {
  const comparator = createComparator({ ...LIMITS, executor: { ...executor, close: async () => {} } });
  const reference = source(before);
  return timed(async () => {
    const image = source(before);
    return comparator.compare({ reference, image, mask: undefined }, MEASURE);
  });
}

function source(bytes: Uint8Array): PictureSource {
  const sha256 = sha256Of(bytes);
  return { sha256, format: 'jpg', read: async () => bytes };
}

async function timed(run: () => unknown): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

function print(size: Size, ways: readonly Way[], times: ReadonlyMap<string, Times>): void {
  const median = (name: string, of: keyof Times) => percentile(times.get(name)?.[of] ?? [], 0.5);
  const formulaName = "the reference's formula";
  head(`${size.name}, a comparison`, 'changed', 'versus the reference', 'unchanged', 'versus the reference');
  for (const name of [...ways.map(({ name }) => name), formulaName, 'plain jimp']) {
    if (!times.has(name)) continue;
    const speedup = (of: keyof Times) =>
      times.has(formulaName) ? `${(median(formulaName, of) / median(name, of)).toPrecision(3)}×` : '';
    row(name, ms(median(name, 'changed')), speedup('changed'), ms(median(name, 'unchanged')), speedup('unchanged'));
  }
}

function ms(milliseconds: number): string {
  return `${milliseconds.toPrecision(3)} ms`;
}
