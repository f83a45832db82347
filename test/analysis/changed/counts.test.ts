import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Counts } from '../../../src/analysis/changed/counts.ts';
import { PLAIN } from '../../../src/analysis/changed/counts-plain.ts';
import { createSimd } from '../../../src/analysis/changed/counts-simd.ts';
import { numbers, size } from '../extremes.ts';

const simd = createSimd() as Counts;
const MAX_LIGHTNESS = 64 * 255;
type Two = [Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>];

const given = fc
  .record({
    size,
    seed: fc.integer(),
    step: fc.integer({ min: 1, max: 4 }),
    isMasked: fc.boolean(),
    range: fc.constantFrom(40, MAX_LIGHTNESS),
  })
  .map(({ size: { width, height }, seed, step, isMasked, range }) => {
    const [level, looked] = [numbers(seed, 256), numbers(~seed, 2)];
    const lightness = numbers(seed, 2 * range + 1);
    const picture = () => ({ width, height, data: Uint8Array.from({ length: 3 * width * height }, level) });
    const mask = { width, height, looked: Uint8Array.from({ length: width * height }, looked) };
    const plane = Int16Array.from({ length: width * height }, () => lightness() - range);
    return { reference: picture(), image: picture(), plane, width, step, mask: isMasked ? mask : undefined };
  });

describe('counts by vectors', () => {
  it('are to be had on this machine', () => {
    expect(simd).toBeDefined();
  });

  it('are of the differences that plain arithmetic counts, for any pictures, steps and masks', () => {
    fc.assert(
      fc.property(given, ({ reference, image, step, mask }) => {
        const expected = PLAIN.differences(reference, image, step, mask);
        expect(simd.differences(reference, image, step, mask)).toEqual(expected);
      }),
    );
  });

  it('are of the sums over nine pixels that it counts', () => {
    fc.assert(
      fc.property(given, ({ plane, width, step, mask }) => {
        const [one, other] = [simd, PLAIN].map((way) => way.smoothed(plane, width, step, mask).counts) as Two;
        // Thousands of bins: what is equal costs no look at each.
        expect(Buffer.compare(Buffer.from(one.buffer), Buffer.from(other.buffer))).toBe(0);
      }),
    );
  });

  it('are exact at the ends: nine pixels that differ as much as they can', () => {
    for (const sign of [-1, 1]) {
      const { least, counts } = simd.smoothed(new Int16Array(9).fill(sign * MAX_LIGHTNESS), 3, 1);
      expect([least, counts[sign === -1 ? 0 : counts.length - 1], counts.reduce((a, b) => a + b)]).toEqual([
        -4590, 1, 1,
      ]);
    }
  });
});
