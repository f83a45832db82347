import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { createComparator } from '../../../src/adapters/pixels/comparator.ts';
import { needOf } from '../../../src/adapters/pixels/limits.ts';
import { createPictureCache } from '../../../src/adapters/pixels/picture-cache.ts';
import { createPixelPool } from '../../../src/adapters/pixels/workers/pixel-pool.ts';
import { differenceImage } from '../../../src/analysis/difference-image.ts';
import { l2 } from '../../../src/analysis/l2.ts';
import { CHANGED, L2 } from '../../../src/analysis/techniques.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import type { PictureSource } from '../../../src/ports/comparator.ts';
import { deep } from '../../fixtures/deep/expected.ts';
import { bundled } from '../../fixtures/pictures/bundle.ts';
import { fixture } from '../../fixtures/pictures/expected.ts';
import { deepPng } from '../../support/deep-pictures.ts';

const LIMITS = { maxPixels: 64e6 };
const inBundle = new Map(bundled().map(({ name, bytes }) => [name, bytes]));

function decode(bytes: Uint8Array) {
  return decodePicture(bytes, 'png', LIMITS);
}

function odd(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/odd-pictures/${name}`, import.meta.url));
}

function source(bytes: Uint8Array): PictureSource {
  return { sha256: sha256Of(bytes), format: 'png', read: async () => bytes };
}

describe('a PNG of 16 bits', () => {
  it.each(Object.entries(deep.decoded))('%s has the samples of another decoder', async (name, right) => {
    const { width, height, samples16 = new Uint16Array() } = await decode(inBundle.get(name) ?? fixture(name));
    const { buffer, byteOffset, byteLength } = samples16;
    const sha256 = sha256Of(new Uint8Array(buffer, byteOffset, byteLength));
    expect({ width, height, sha256 }).toEqual(right);
  });

  it('has no more than 8 bits if its depth is 8', async () => {
    expect((await decode(fixture('rgb8.png'))).samples16).toBeUndefined();
  });

  it('is turned upright with its samples', async () => {
    const size = { width: 2, height: 1 };
    const upright = await decode(deepPng({ ...size, orientation: 6, samples: [1, 2, 3, 40_000, 50_000, 60_000] }));
    expect(upright).toMatchObject({ width: 1, height: 2 });
    expect([...(upright.samples16 ?? [])]).toEqual([1, 2, 3, 40_000, 50_000, 60_000]);
    const mirrored = await decode(deepPng({ ...size, orientation: 2, samples: [1, 2, 3, 40_000, 50_000, 60_000] }));
    expect([...(mirrored.samples16 ?? [])]).toEqual([40_000, 50_000, 60_000, 1, 2, 3]);
  });

  it('needs memory for its samples', () => {
    const bytes = deepPng({ width: 3, height: 2, samples: new Array(18).fill(7) });
    expect(needOf(bytes, 'png', LIMITS)).toEqual({ pixels: 54, memory: 3 * bytes.length + 2 * 19 + 2 * 54 });
  });
});

describe('two skies of 12 bits that differ by a star', () => {
  const { pair } = deep;
  const [reference, image] = [odd(pair.reference), odd(pair.image)];

  it('have the exact norm, range and difference image', async () => {
    const [before, after] = [await decode(reference), await decode(image)];
    const { sumOfSquares, ...measured } = l2(before, after);
    expect({ ...measured, sumOfSquares: String(sumOfSquares) }).toEqual({
      norm: pair.norm,
      sumOfSquares: pair.sumOfSquares,
      min: pair.min,
      max: pair.max,
    });
    expect(sha256Of(differenceImage(before, after, measured).data)).toBe(pair.difference);
  });

  it.each([0, 2])('are changed, with %d workers', async (workers) => {
    const pool = { executor: createPixelPool({ workers, maxTimeMs: 30_000, inlineMemory: 0 }) };
    const cache = createPictureCache();
    const comparator = createComparator({ ...LIMITS, cache, ...(workers > 0 && pool) });
    const compared = { reference: source(reference), image: source(image), mask: undefined };
    try {
      expect(
        await comparator.compare(compared, { technique: L2.id, threshold: { value: 2.5, unit: 'levels' } }),
      ).toMatchObject({ kind: 'changed', measurement: pair.norm });
      const found = await comparator.compare(compared, {
        technique: CHANGED.id,
        threshold: { value: 0, unit: 'px' },
      });
      expect(found).toMatchObject({ kind: 'changed', regions: { count: 1 } });
      const [region] = found.regions?.first ?? [];
      expect(region?.centroid.x).toBeCloseTo(70, 1);
      expect(region?.centroid.y).toBeCloseTo(50, 1);
      // The sum of the samples that differ, less the few at the star's rim, and its peak, in levels.
      expect(region?.peak).toBeCloseTo(150 / 257, 10);
      const held = cache.hold(sha256Of(image));
      expect(held?.pixels.samples16?.buffer).toBeInstanceOf(workers > 0 ? SharedArrayBuffer : ArrayBuffer);
      held?.release();
    } finally {
      await comparator.close();
    }
  });
});
