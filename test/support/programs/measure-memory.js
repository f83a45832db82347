/**
 * Decodes, compares or shrinks pictures in worker threads, and prints by how many bytes the process's resident memory grew at
 * its peak: `node measure-memory.js '{"work":"compare","files":["a.jpg","b.jpg"],"maxMemory":256000000}'`.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createComparator } from '../../../dist/adapters/pixels/comparator.js';
import { createPictureCache } from '../../../dist/adapters/pixels/picture-cache.js';
import { createThumbnails } from '../../../dist/adapters/pixels/thumbnails/thumbnails.js';
import { createPixelPool } from '../../../dist/adapters/pixels/workers/pixel-pool.js';

const L2 = { technique: 'l2@2', threshold: { value: 0, unit: 'levels' } };
const { work, files, maxMemory, times = 1, acceptsDamage = false } = JSON.parse(process.argv[2]);

function residentBytes(field) {
  const [, kilobytes] = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'latin1'));
  return Number(kilobytes) * 1024;
}

function source(file) {
  const sha256 = createHash('sha256').update(file).digest('hex');
  return { sha256, format: path.extname(file).slice(1), read: async () => readFileSync(file) };
}

const executor = createPixelPool({ workers: 2, maxTimeMs: 600_000, maxMemory });
const options = { maxPixels: 64e6, maxMemory, acceptsDamage, executor };
// Nothing is cached but the latest picture.
const comparator = createComparator({ ...options, cache: createPictureCache(0) });
const thumbnails = createThumbnails({ ...options, maxBytes: 0 });

const WORKS = {
  compare: async ([reference, image]) => (await comparator.compare({ reference, image, mask: undefined }, L2)).kind,
  inspect: async (pictures) =>
    (await Promise.all(pictures.map((each) => comparator.inspect(each)))).map((fact) => fact.verdict).join(),
  shrink: async ([picture]) => `${(await thumbnails.of(picture)).length > 0}`,
  convert: async ([picture, beside]) => `${(await thumbnails.png(picture, beside)).length > 0}`,
};

await comparator.ready();
await comparator.ready();
// From here on, VmHWM is the peak.
writeFileSync('/proc/self/clear_refs', '5');
const before = residentBytes('VmRSS');
const results = [];
for (let round = 0; round < times; round++) results.push(await WORKS[work](files.map(source)));
process.stdout.write(JSON.stringify({ results: [...new Set(results)], grown: residentBytes('VmHWM') - before }));
process.exit(0);
