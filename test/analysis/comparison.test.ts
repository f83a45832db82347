import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceImage } from '../../src/analysis/difference-image.ts';
import { differenceLevels } from '../../src/analysis/differences.ts';
import { l2 } from '../../src/analysis/l2.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';
import { sha256Of } from '../../src/base/digest.ts';
import { expected } from '../fixtures/pictures/expected.ts';

function grey(width: number, height: number, level: number): Pixels {
  return { width, height, data: new Uint8Array(width * height * 3).fill(level) };
}

const twoPictures = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) => {
    const bytes = fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 });
    return fc.tuple(bytes, bytes).map(([a, b]): [Pixels, Pixels] => [
      { width, height, data: a },
      { width, height, data: b },
    ]);
  });

describe('the L2 norm of a difference', () => {
  it('is the square root of the sum of squares over pixels and channels; the range is signed', () => {
    const reference = { width: 2, height: 1, data: Uint8Array.of(10, 0, 255, 7, 7, 7) };
    const image = { width: 2, height: 1, data: Uint8Array.of(13, 4, 0, 7, 7, 7) };
    expect(l2(reference, image)).toEqual({ norm: Math.sqrt(65050), sumOfSquares: 65050, min: -255, max: 4 });
  });

  it('is exact if every channel of many rows differs as much as possible', () => {
    const measured = l2(grey(1201, 803, 0), grey(1201, 803, 255));
    expect(measured.sumOfSquares).toBe(1201 * 803 * 3 * 65025);
    expect(measured).toMatchObject({ min: 255, max: 255 });
  });

  it('equals the result of BigInt arithmetic, for any two pictures', () => {
    fc.assert(
      fc.property(twoPictures, ([reference, image]) => {
        const differences = [...image.data].map((value, i) => BigInt(value) - BigInt(reference.data[i] ?? 0));
        const sum = differences.reduce((total, d) => total + d * d, 0n);
        const sorted = differences.map(Number).sort((a, b) => a - b);
        expect(l2(reference, image)).toEqual({
          norm: Math.sqrt(Number(sum)),
          sumOfSquares: Number(sum),
          min: sorted[0],
          max: sorted.at(-1),
        });
      }),
    );
  });

  it('throws for pictures of different sizes', () => {
    expect(() => l2(grey(2, 3, 0), grey(3, 2, 0))).toThrow(RangeError);
  });
});

describe('a difference image', () => {
  it.each(expected.tables)(
    'has the levels that NumPy truncates to between $min and $max',
    ({ min, max, sha256: sha }) => {
      expect(sha256Of(differenceLevels({ min, max }).subarray(min + 255, max + 256))).toBe(sha);
    },
  );

  it('is black if the difference is the same everywhere', () => {
    const image = differenceImage(grey(3, 2, 10), grey(3, 2, 30), { min: 20, max: 20 });
    expect(image).toEqual(grey(3, 2, 0));
  });

  it('scales the range of the differences to all levels, for any two pictures', () => {
    fc.assert(
      fc.property(twoPictures, ([reference, image]) => {
        const { min, max } = l2(reference, image);
        const { data } = differenceImage(reference, image, { min, max });
        const span = BigInt(max - min) || 1n;
        const exact = [...image.data].map((v, i) => (BigInt(v - (reference.data[i] ?? 0) - min) * 255n) / span);
        expect([...data].map(BigInt)).toEqual(exact);
        if (max > min) expect([Math.min(...data), Math.max(...data)]).toEqual([0, 255]);
      }),
    );
  });
});
