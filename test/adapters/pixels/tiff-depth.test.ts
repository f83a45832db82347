import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { createComparator } from '../../../src/adapters/pixels/comparator.ts';
import { needOf } from '../../../src/adapters/pixels/limits.ts';
import { bytesOf } from '../../../src/adapters/pixels/pixel-memory.ts';
import { createPixelPool } from '../../../src/adapters/pixels/workers/pixel-pool.ts';
import { CHANGED, L2 } from '../../../src/analysis/techniques.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import type { PictureFormat } from '../../../src/domain/records.ts';
import { deep } from '../../fixtures/deep/expected.ts';
import { deepTiff } from '../../support/deep-pictures.ts';

interface DeepTiff {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly file: string;
}

/** TIFFs of 16 bits, and the digests of their samples by NumPy: see make_tiffs.py there. */
const files = JSON.parse(
  readFileSync(new URL('../../fixtures/deep/tiffs.json', import.meta.url), 'utf8'),
) as readonly DeepTiff[];
const LIMITS = { maxPixels: 64e6 };

function odd(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/odd-pictures/${name}`, import.meta.url));
}

describe('a TIFF of 16 bits', () => {
  it.each(files)('has all bits of its samples: $name', async ({ file, name: _name, ...right }) => {
    const bytes = Buffer.from(file, 'base64');
    const pixels = await decodePicture(bytes, 'tiff', LIMITS);
    const { width, height, data, notes, samples16 = new Uint16Array() } = pixels;
    const { buffer, byteOffset, byteLength } = samples16;
    expect({ width, height, sha256: sha256Of(new Uint8Array(buffer, byteOffset, byteLength)) }).toEqual(right);
    expect(data.length).toBe(samples16.length);
    expect(notes).toBeUndefined();
    expect(needOf(bytes, 'tiff', LIMITS).pixels).toBe(bytesOf(pixels));
  });

  it('is laid over another background with its samples', async () => {
    const file = Buffer.from(files.find(({ name }) => name === 'RGB with alpha')?.file ?? '', 'base64');
    const black = await decodePicture(file, 'tiff', { ...LIMITS, background: [0, 128, 255] });
    // The first row is transparent.
    expect([...(black.samples16 ?? [])].slice(0, 6)).toEqual([0, 128 * 257, 65_535, 0, 128 * 257, 65_535]);
  });

  it('has whole rows of 16 bits if it is cut short', async () => {
    const file = Buffer.from(files.find(({ name }) => name === 'RGB in strips')?.file ?? '', 'base64');
    const whole = await decodePicture(file, 'tiff', LIMITS);
    const cut = await decodePicture(file.subarray(0, -19 * 6 * 3), 'tiff', { ...LIMITS, acceptsDamage: true });
    expect(cut.notes).toEqual(['the TIFF is cut short after 76 % of the rows; only what is whole is compared']);
    const rows = 19 * 3 * 10;
    expect(cut.samples16?.subarray(0, rows)).toEqual(whole.samples16?.subarray(0, rows));
  });

  it.each([0, 2])('is compared at 16 bits with a PNG, with %d workers: the star is found', async (workers) => {
    const { pair } = deep;
    const { width, height, samples16 = [] } = await decodePicture(odd(pair.image), 'png', LIMITS);
    const source = (bytes: Buffer, format: PictureFormat) => ({
      sha256: sha256Of(bytes),
      format,
      read: async () => bytes,
    });
    const compared = {
      reference: source(odd(pair.reference), 'png'),
      image: source(deepTiff({ width, height, samples: samples16 }), 'tiff'),
      mask: undefined,
    };
    const pool = { executor: createPixelPool({ workers, maxTimeMs: 30_000, inlineMemory: 0 }) };
    const comparator = createComparator({ ...LIMITS, ...(workers > 0 && pool) });
    try {
      const threshold = { value: 0, unit: 'levels' } as const;
      expect(await comparator.compare(compared, { technique: L2.id, threshold })).toMatchObject({
        kind: 'changed',
        measurement: pair.norm,
      });
      expect(
        await comparator.compare(compared, { technique: CHANGED.id, threshold: { value: 0, unit: 'px' } }),
      ).toMatchObject({ kind: 'changed', regions: { count: 1 } });
    } finally {
      await comparator.close();
    }
  });
});
