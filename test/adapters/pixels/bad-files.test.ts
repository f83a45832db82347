import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { sniffFormat } from '../../../src/domain/picture-format.ts';
import { expected, fixture } from '../../fixtures/pictures/expected.ts';
import { badPicture, type PictureFile } from '../../support/bad-pictures.ts';
import { type Outcome, outcomeOf } from '../../support/decoding.ts';
import { memoryInUse } from '../../support/memory.ts';

// A soak: `BAD_FILES=1000000 SEED=7 npx vitest run --mode long test/adapters/pixels/bad-files.test.ts`.
const COUNT = Number(process.env['BAD_FILES'] ?? 20_000);
const SEED = Number(process.env['SEED'] ?? 1);
const MAX_GROWTH = 150e6;

const KINDS = new URL('../../fixtures/kinds/', import.meta.url);
const kinds = readdirSync(KINDS).flatMap((name): PictureFile[] => {
  const bytes = readFileSync(new URL(name, KINDS));
  const format = /\.(webp|gif|bmp|tiff)$/.test(name) ? sniffFormat(bytes) : undefined;
  return format === undefined ? [] : [{ name, format, bytes }];
});

const fixtures = Object.keys(expected.decoded).map((name): PictureFile => {
  return { name, format: name.endsWith('.jpg') ? 'jpg' : 'png', bytes: fixture(name) };
});

/** Checks that each of the decoders still works. */
async function expectDecodersToWork(): Promise<void> {
  for (const name of ['baseline-420.jpg', 'progressive-444.jpg', 'rgb8.png', 'rgba16-interlaced.png', 'palette4.png']) {
    const { data } = await decodePicture(fixture(name), name.endsWith('.jpg') ? 'jpg' : 'png', { maxPixels: 64e6 });
    expect(sha256Of(data)).toBe(expected.decoded[name]?.sha256);
  }
}

it.each([
  { what: 'JPEG and PNG', files: fixtures, count: COUNT, detected: 1 / 2 },
  // The samples of most of these have no checksum.
  { what: 'other kinds', files: kinds, count: Math.floor(COUNT / 5), detected: 1 / 10 },
])(
  '$count corrupt files of $what in a row break no decoder and leak no memory',
  async ({ files, count, detected }) => {
    const outcomes: Record<Outcome, number> = { decoded: 0, undecodable: 0, too_large: 0 };
    const run = async (from: number, to: number) => {
      for (let index = from; index < to; index++) outcomes[await outcomeOf(badPicture(files, SEED, index))]++;
    };
    const warm = Math.floor(count / 5);
    await run(0, warm);
    const before = memoryInUse();
    await run(warm, count);
    const grown = memoryInUse() - before;
    expect(grown, `memory grew by ${grown} bytes, SEED=${SEED}`).toBeLessThan(MAX_GROWTH);
    // Corruption that no checksum covers may go undetected, but most of it is detected.
    expect(outcomes.undecodable).toBeGreaterThan(count * detected);
    expect(outcomes.decoded).toBeGreaterThan(count / 50);
    await expectDecodersToWork();
  },
  Math.max(60_000, COUNT * 20),
);

it('every fixture is undecodable when truncated anywhere before its end marker', async () => {
  for (const { name, format, bytes } of fixtures) {
    for (let percent = 0; percent < 100; percent++) {
      // Behind its data, a JPEG has two bytes of end marker, and a PNG 20 bytes of checksums and end marker.
      const end = bytes.length - (format === 'jpg' ? 3 : 24);
      const cut = bytes.subarray(0, Math.floor((end * percent) / 100));
      const what = `${name}, truncated at ${percent} %`;
      expect(await outcomeOf({ name: what, format, bytes: cut }), what).toBe('undecodable');
    }
  }
  await expectDecodersToWork();
});
