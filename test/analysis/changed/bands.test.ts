import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BandOperations, type Bounds, createSimdBands, SCALAR } from '../../../src/analysis/changed/bands.ts';
import { BLOCK, createBlockSums } from '../../../src/analysis/changed/blocks.ts';
import type { Pair } from '../../../src/analysis/changed/planes.ts';
import { numbers, size } from '../extremes.ts';

const simd = createSimdBands() as BandOperations;
const MAX_LUMA = 64 * 255;

const offset = fc.oneof(fc.constantFrom(-255, -1, 0, 1, 255), fc.integer({ min: -255, max: 255 }));

const pairs = fc
  .record({ size, seed: fc.integer(), offsets: fc.tuple(offset, offset, offset), isMasked: fc.boolean() })
  .map(({ size: { width, height }, seed, offsets, isMasked }): Pair => {
    const [level, included] = [numbers(seed, 256), numbers(~seed, 2)];
    const picture = () => ({ width, height, data: Uint8Array.from({ length: 3 * width * height }, level) });
    const mask = { width, height, included: Uint8Array.from({ length: width * height }, included) };
    return { reference: picture(), image: picture(), mask: isMasked ? mask : undefined, offsets };
  });

function subtracted(operations: BandOperations, pair: Pair) {
  const { width, height } = pair.image;
  const sums = () => createBlockSums(width, height);
  const found = { plane: new Int16Array(width * height), luma: sums(), blue: sums(), red: sums() };
  for (let band = 0; band * BLOCK < height; band++) operations.subtract(pair, band, found.plane, found);
  return found;
}

/** A plane of differences, small or extreme, and bounds that may be fractions; all differences exceed the bound -1. */
const planes = fc
  .record({ size, seed: fc.integer(), range: fc.constantFrom(3, 40, MAX_LUMA), centre: fc.integer() })
  .map(({ size: { width, height }, seed, range, centre }) => {
    const next = numbers(seed, 2 * range + 1);
    const bound = () => (next() % 3 === 0 ? -1 : (next() * 3) / 2);
    const length = Math.ceil(width / BLOCK) * Math.ceil(height / BLOCK);
    const bounds: Bounds = {
      centre: centre % (range + 1),
      weak: Float64Array.from({ length }, bound),
      strong: Float64Array.from({ length }, bound),
    };
    return { width, height, bounds, plane: Int16Array.from({ length: width * height }, () => next() - range) };
  });

function thresholded(
  operations: BandOperations,
  { width, height, bounds, plane }: typeof planes extends fc.Arbitrary<infer T> ? T : never,
) {
  const marks = new Uint8Array(width * height);
  const anyStrong: boolean[] = [];
  for (let band = 0; band * BLOCK < height; band++)
    anyStrong.push(operations.threshold(plane, width, band, bounds, marks));
  return { marks, anyStrong };
}

/** Compares as bytes: much faster than `toEqual` when they are equal. */
function areEqual(one: ArrayBufferView, other: ArrayBufferView): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);
  return bytes(one).equals(bytes(other));
}

describe('SIMD band operations', () => {
  it('are available on this machine', () => {
    expect(simd).toBeDefined();
  });

  it('compute the same luma and sums as the scalar ones, for any pictures, offsets and masks', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const [one, other] = [subtracted(simd, pair), subtracted(SCALAR, pair)];
        expect(areEqual(one.plane, other.plane)).toBe(true);
        for (const plane of ['luma', 'blue', 'red'] as const) expect(one[plane]).toEqual(other[plane]);
      }),
    );
  });

  it('do not overflow when every level differs as much as possible', () => {
    const [width, height] = [17, 16];
    for (const [before, after] of [
      [
        [0, 0, 0],
        [255, 255, 255],
      ],
      [
        [0, 255, 0],
        [255, 0, 255],
      ],
    ] as const) {
      const data = (colour: readonly number[]) =>
        Uint8Array.from({ length: 3 * width * height }, (_, n) => colour[n % 3] as number);
      const pictures = [before, after].map((colour) => ({ width, height, data: data(colour) }));
      for (const [reference, image] of [pictures, pictures.toReversed()] as [Pair['image'], Pair['image']][]) {
        const pair = { reference, image, mask: undefined, offsets: [0, 0, 0] };
        expect(subtracted(simd, pair)).toEqual(subtracted(SCALAR, pair));
      }
    }
  });

  it('mark the same pixels as the scalar ones, for any differences and bounds', () => {
    fc.assert(
      fc.property(planes, (given) => {
        const [one, other] = [thresholded(simd, given), thresholded(SCALAR, given)];
        expect(one.anyStrong).toEqual(other.anyStrong);
        expect(areEqual(one.marks, other.marks)).toBe(true);
      }),
    );
  });
});
