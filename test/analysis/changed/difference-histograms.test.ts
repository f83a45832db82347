import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSimdHistograms,
  type DifferenceHistograms,
  SCALAR,
} from '../../../src/analysis/changed/difference-histograms.ts';
import { numbers, size } from '../extremes.ts';

const simd = createSimdHistograms() as DifferenceHistograms;
const MAX_LUMA = 64 * 255;
type Two = [Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>];

const given = fc
  .record({
    size,
    seed: fc.integer(),
    step: fc.integer({ min: 1, max: 4 }),
    isMasked: fc.boolean(),
    range: fc.constantFrom(40, MAX_LUMA),
  })
  .map(({ size: { width, height }, seed, step, isMasked, range }) => {
    const [level, included] = [numbers(seed, 256), numbers(~seed, 2)];
    const luma = numbers(seed, 2 * range + 1);
    const picture = () => ({ width, height, data: Uint8Array.from({ length: 3 * width * height }, level) });
    const mask = { width, height, included: Uint8Array.from({ length: width * height }, included) };
    const plane = Int16Array.from({ length: width * height }, () => luma() - range);
    return { reference: picture(), image: picture(), plane, width, step, mask: isMasked ? mask : undefined };
  });

describe('SIMD histograms', () => {
  it('are available on this machine', () => {
    expect(simd).toBeDefined();
  });

  it('count the same differences as the scalar ones, for any pictures, steps and masks', () => {
    fc.assert(
      fc.property(given, ({ reference, image, step, mask }) => {
        const expected = SCALAR.channels(reference, image, step, mask);
        expect(simd.channels(reference, image, step, mask)).toEqual(expected);
      }),
    );
  });

  it('count the same 3 × 3 sums as the scalar ones', () => {
    fc.assert(
      fc.property(given, ({ plane, width, step, mask }) => {
        const [one, other] = [simd, SCALAR].map(
          (histograms) => histograms.smoothed(plane, width, step, mask).counts,
        ) as Two;
        // Compares as bytes: much faster for thousands of bins.
        expect(Buffer.compare(Buffer.from(one.buffer), Buffer.from(other.buffer))).toBe(0);
      }),
    );
  });

  it('are exact at both ends: nine pixels that differ as much as possible', () => {
    for (const sign of [-1, 1]) {
      const { min, counts } = simd.smoothed(new Int16Array(9).fill(sign * MAX_LUMA), 3, 1);
      expect([min, counts[sign === -1 ? 0 : counts.length - 1], counts.reduce((a, b) => a + b)]).toEqual([-4590, 1, 1]);
    }
  });
});
