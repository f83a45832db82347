import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceImage, drawDifference, sizeChangeImage } from '../../src/analysis/difference-image.ts';
import { l2 } from '../../src/analysis/l2.ts';
import { maskReference } from '../../src/analysis/mask.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';
import { rootOverWhole } from '../../src/analysis/rounded-root.ts';
import { deep } from '../fixtures/deep/expected.ts';
import { deepPixels } from '../support/deep-pictures.ts';

const sample = fc.oneof(fc.constantFrom(0, 1, 256, 257, 65_534, 65_535), fc.nat(65_535));

/** Two pictures of one size with 16-bit samples. */
const twoPictures = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) => {
    const samples = fc.array(sample, { minLength: width * height * 3, maxLength: width * height * 3 });
    return fc
      .tuple(samples, samples)
      .map(([a, b]): [Pixels, Pixels] => [deepPixels(width, height, a), deepPixels(width, height, b)]);
  });

const samplesOf = (pixels: Pixels) => [...(pixels.samples16 ?? [])];

/** The same picture with 8 bits. */
function shallow({ width, height, data }: Pixels): Pixels {
  return { width, height, data };
}

describe('a root that is divided', () => {
  it.each(deep.norms)('of %s is the double nearest to the exact value', (sum, norm) => {
    expect(rootOverWhole(BigInt(sum), 257)).toBe(norm);
  });

  it('is that of a double alone for the sums of 8-bit pictures', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 45n }), (sum) => {
        expect(rootOverWhole(sum * 257n ** 2n, 257)).toBe(Math.sqrt(Number(sum)));
      }),
    );
  });
});

describe('the L2 norm of 16-bit pictures', () => {
  it('counts a sample as 1 / 257 of a level, exactly', () => {
    fc.assert(
      fc.property(twoPictures, ([reference, image]) => {
        const before = samplesOf(reference);
        const differences = samplesOf(image).map((value, i) => value - (before[i] ?? 0));
        const sum = differences.reduce((total, d) => total + BigInt(d) ** 2n, 0n);
        const sorted = differences.toSorted((a, b) => a - b);
        const { norm, ...rest } = l2(reference, image);
        expect(rest).toEqual({ sumOfSquares: sum, min: sorted[0], max: sorted.at(-1) });
        expect(norm).toBeCloseTo(Math.sqrt(Number(sum)) / 257, 9);
        expect(norm > 0).toBe(sum > 0n);
      }),
    );
  });

  it('is above 0 for the smallest difference, in pictures of any size', () => {
    const black = deepPixels(300, 300, new Uint16Array(270_000));
    const samples = new Uint16Array(270_000);
    samples[269_999] = 1;
    expect(l2(black, deepPixels(300, 300, samples)).norm).toBe(1 / 257);
  });

  it('is that of 8 bits if the samples are those of 8-bit pictures', () => {
    fc.assert(
      fc.property(twoPictures, ([reference, image]) => {
        const [before, after] = [shallow(reference), shallow(image)];
        const widened = (picture: Pixels) =>
          deepPixels(
            picture.width,
            picture.height,
            [...picture.data].map((s) => 257 * s),
          );
        const { norm } = l2(before, after);
        expect(l2(widened(before), widened(after)).norm).toBe(norm);
        expect(l2(before, widened(after)).norm).toBe(norm);
        expect(l2(widened(before), after).norm).toBe(norm);
        expect(l2(before, widened(before)).norm).toBe(0);
      }),
    );
  });

  it('is exact if every sample of many rows differs as much as possible', () => {
    const [black, white] = [0, 65_535].map((value) =>
      deepPixels(1201, 803, new Uint16Array(1201 * 803 * 3).fill(value)),
    );
    expect(l2(black as Pixels, white as Pixels)).toEqual({
      norm: Math.sqrt(1201 * 803 * 3 * 65_025),
      sumOfSquares: BigInt(1201 * 803 * 3) * 65_535n ** 2n,
      min: 65_535,
      max: 65_535,
    });
  });
});

describe('a difference image of 16-bit pictures', () => {
  it('scales the range of the differences to all levels, also in parts and with an 8-bit picture', () => {
    fc.assert(
      fc.property(twoPictures, fc.boolean(), ([deepReference, image], isMixed) => {
        const reference = isMixed ? shallow(deepReference) : deepReference;
        const range = l2(reference, image);
        const { data, ...rest } = differenceImage(reference, image, range);
        expect(rest).toEqual({ width: image.width, height: image.height });
        const before = isMixed ? [...reference.data].map((s) => 257 * s) : samplesOf(reference);
        const span = BigInt(range.max - range.min) || 1n;
        const exact = samplesOf(image).map((v, i) => (BigInt(v - (before[i] ?? 0) - range.min) * 255n) / span);
        expect([...data].map(BigInt)).toEqual(exact);
        const last = new Uint8Array(image.width * 3);
        drawDifference(reference, image, range, last, image.height - 1);
        expect(last).toEqual(data.slice(-last.length));
      }),
    );
  });

  it('of different sizes shows the overlap by its own range', () => {
    const reference = deepPixels(2, 1, [0, 0, 0, 9, 9, 9]);
    const image = deepPixels(1, 2, [1, 2, 3, 500, 500, 500]);
    const { width, height, data } = sizeChangeImage(reference, image, 100);
    expect({ width, height }).toEqual({ width: 2, height: 2 });
    expect([...data]).toEqual([0, 127, 255, ...new Array(9).fill(128)]);
  });
});

describe('a mask over 16-bit pictures', () => {
  const mask = { width: 2, height: 1, included: Uint8Array.of(1, 0) };
  const image = deepPixels(2, 1, [10, 20, 30, 40, 50, 60]);

  it('hides differences of 16 bits', () => {
    const reference = deepPixels(2, 1, [11, 20, 30, 4000, 5000, 6000]);
    expect(samplesOf(maskReference(reference, image, mask))).toEqual([11, 20, 30, 40, 50, 60]);
    expect(l2(maskReference(reference, image, mask), image).norm).toBe(1 / 257);
  });

  it('hides those from an 8-bit picture', () => {
    const reference = { width: 2, height: 1, data: Uint8Array.of(0, 0, 0, 200, 200, 200) };
    expect(samplesOf(maskReference(reference, image, mask))).toEqual([0, 0, 0, 40, 50, 60]);
    expect(samplesOf(maskReference(image, reference, mask))).toEqual([10, 20, 30, 51_400, 51_400, 51_400]);
  });
});
