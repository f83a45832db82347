/**
 * Fuzzes the decoders: keeps each mutated file that takes a new branch in a kernel, or has a new verdict, and mutates it
 * again. `npm run fuzz -- --seconds 600 --seed 7`. Ends with status 1 at a file that breaks a decoder, and writes it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inspect, parseArgs } from 'node:util';
import { formatOf } from '../../src/domain/picture-format.ts';
import type { PictureFormat } from '../../src/domain/records.ts';
import { pick, seeded } from '../support/random.ts';
import { createCoverage } from './coverage.ts';
import { mutated } from './mutate.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string' }, seed: { type: 'string' } } });
const seconds = Number(values.seconds ?? 60);
const seed = Number(values.seed ?? Date.now() % 1e6);
const random = seeded(seed);

/** Larger files take longer and reach nothing more. */
const MAX_BYTES = 30_000;
const MAX_CPU_MS = 5_000;
const LIMITS = { maxPixels: 1e6, maxMemory: 64e6 };
const FOLDERS = ['pictures', 'odd-pictures', 'kinds', 'deep'];

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

const coverage = createCoverage();
// Loads the kernels, which must be instrumented by then.
const { decodePicture } = await import('../../src/adapters/pixels/codec.ts');
const { ImgpipeError } = await import('../../src/domain/errors.ts');

interface File {
  readonly format: PictureFormat;
  readonly bytes: Buffer;
}

const corpus = FOLDERS.flatMap((folder) => {
  const url = new URL(`../fixtures/${folder}/`, import.meta.url);
  return readdirSync(url).flatMap((name): File[] => {
    if (!/\.(jpg|png|webp|gif|bmp|tiff)$/.test(name)) return [];
    const bytes = readFileSync(new URL(name, url));
    return bytes.length > MAX_BYTES ? [] : [{ bytes, format: formatOf(bytes) }];
  });
});
const given = corpus.length;

/** The verdict on a file, without its numbers. Throws if it breaks its decoder. */
async function verdictOn({ bytes, format }: File, acceptsDamage: boolean): Promise<string> {
  try {
    const { width, height, data, whole, notes = [] } = await decodePicture(bytes, format, { ...LIMITS, acceptsDamage });
    if (data.length !== width * height * 3) throw new Error(`${data.length} bytes for ${width} × ${height}`);
    if (whole !== undefined && whole.length !== width * height) throw new Error(`${whole.length} marks`);
    return notes.join().replaceAll(/\d+/g, '#');
  } catch (thrown) {
    if (!(thrown instanceof ImgpipeError) || !['undecodable', 'too_large'].includes(thrown.code)) throw thrown;
    return thrown.message.replaceAll(/\d+/g, '#');
  }
}

/** Whether a file does something that no file has done before. */
async function isNew(file: File): Promise<boolean> {
  coverage.begin();
  const begin = process.cpuUsage();
  const verdict = await verdictOn(file, random() < 0.5);
  const cpuMs = process.cpuUsage(begin).user / 1000;
  if (cpuMs > MAX_CPU_MS) throw new Error(`it takes ${cpuMs} ms`);
  return coverage.end(`${file.format}: ${verdict}`);
}

for (const file of corpus) await isNew(file);
print(`seed ${seed}: ${given} files take ${coverage.branches()} branches and have ${coverage.verdicts()} verdicts`);

let count = 0;
for (const end = Date.now() + seconds * 1000; Date.now() < end; count++) {
  const { format, bytes } = pick(random, corpus);
  const file = { format, bytes: mutated(bytes, pick(random, corpus).bytes, random) };
  try {
    if (await isNew(file)) corpus.push(file);
  } catch (thrown) {
    const path = `broken-${seed}-${count}.${format}`;
    writeFileSync(path, file.bytes);
    print(`${path} breaks its decoder: ${inspect(thrown)}`);
    process.exit(1);
  }
}
print(
  `${count} files: ${corpus.length - given} new ones, ${coverage.branches()} branches, ${coverage.verdicts()} verdicts`,
);
