import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { readPngContents } from '../../../src/adapters/pixels/png/contents.ts';
import { passesOf } from '../../../src/adapters/pixels/png/passes.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { type Bundled, bundled } from '../../fixtures/pictures/bundle.ts';

const LIMITS = { maxPixels: 64e6 };
const all = bundled();
const pngs = all.filter(({ name }) => name.endsWith('.png'));
const jpegs = all.filter(({ name }) => name.endsWith('.jpg'));

/** Describes the pictures that do not decode as expected. */
async function wrong(pictures: readonly Bundled[]): Promise<string[]> {
  const differing: string[] = [];
  for (const { name, bytes, width, height, sha256: right } of pictures) {
    const seen = await decodePicture(bytes, name.endsWith('.jpg') ? 'jpg' : 'png', LIMITS);
    if (seen.width !== width || seen.height !== height) differing.push(`${name}: ${seen.width} × ${seen.height}`);
    else if (sha256Of(seen.data) !== right) differing.push(name);
  }
  return differing;
}

/** The filters of a PNG's rows, each with the bytes per pixel. */
function filtersOf({ bytes }: Bundled): string[] {
  const header = readPngContents(bytes);
  const rows = inflateSync(header.data);
  const filters: string[] = [];
  let at = 0;
  for (const { rows: count, rowBytes } of passesOf(header)) {
    for (let row = 0; row < count; row++, at += rowBytes + 1) {
      filters.push(`${header.interlaced ? 'interlaced' : 'not interlaced'} ${header.bitsPerPixel / 8}: ${rows[at]}`);
    }
  }
  return filters;
}

describe('small pictures decode to the same pixels as with Pillow and NumPy', () => {
  it.each(['444', '422', '420', 'grey'])('JPEGs, baseline and progressive, in every size: %s', async (sampling) => {
    const some = jpegs.filter(({ name }) => name.endsWith(`-${sampling}.jpg`));
    expect(some).toHaveLength(26);
    expect(await wrong(some)).toEqual([]);
  });

  it.each([0, 2, 3, 4, 6])(
    'PNGs of every depth, interlaced or not, with and without tRNS: colour type %i',
    async (colour) => {
      const some = pngs.filter(({ name }) => name.includes(`-colour${colour}-`));
      const depths = { 0: 5, 2: 2, 3: 4, 4: 2, 6: 2 }[colour] ?? 0;
      expect(some).toHaveLength(depths * 2 * 4 * (colour < 4 ? 2 : 1));
      expect(await wrong(some)).toEqual([]);
    },
  );

  it('PNGs in all orientations, and with more rows than one chunk', async () => {
    const some = pngs.filter(({ name }) => !name.includes('-colour'));
    expect(some).toHaveLength(10);
    expect(await wrong(some)).toEqual([]);
  });
});

it('the PNGs cover each filter with each number of bytes per pixel, interlaced and not', () => {
  const filters = new Set(pngs.flatMap(filtersOf));
  for (const layout of ['interlaced', 'not interlaced']) {
    for (const bytes of [0.125, 0.25, 0.5, 1, 2, 3, 4, 6, 8]) {
      for (const filter of [0, 1, 2, 3, 4]) expect(filters).toContain(`${layout} ${bytes}: ${filter}`);
    }
  }
});
