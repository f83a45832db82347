import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bands, Bounds } from '../../../src/analysis/changed/bands.ts';
import { PLAIN } from '../../../src/analysis/changed/bands-plain.ts';
import { createSimd } from '../../../src/analysis/changed/bands-simd.ts';
import { BLOCK, createBlockSums } from '../../../src/analysis/changed/blocks.ts';
import type { Pair } from '../../../src/analysis/changed/planes.ts';
import { numbers, size } from '../extremes.ts';

const simd = createSimd() as Bands;
const MAX_LIGHTNESS = 64 * 255;

const offset = fc.oneof(fc.constantFrom(-255, -1, 0, 1, 255), fc.integer({ min: -255, max: 255 }));

const pairs = fc
  .record({ size, seed: fc.integer(), offsets: fc.tuple(offset, offset, offset), isMasked: fc.boolean() })
  .map(({ size: { width, height }, seed, offsets, isMasked }): Pair => {
    const [level, looked] = [numbers(seed, 256), numbers(~seed, 2)];
    const picture = () => ({ width, height, data: Uint8Array.from({ length: 3 * width * height }, level) });
    const mask = { width, height, looked: Uint8Array.from({ length: width * height }, looked) };
    return { reference: picture(), image: picture(), mask: isMasked ? mask : undefined, offsets };
  });

function surveyed(way: Bands, pair: Pair) {
  const { width, height } = pair.image;
  const sums = () => createBlockSums(width, height);
  const found = { plane: new Int16Array(width * height), lightness: sums(), blue: sums(), red: sums() };
  for (let band = 0; band * BLOCK < height; band++) way.survey(pair, band, found.plane, found);
  return found;
}

/** A plane of differences, small or as large as they come, and bounds that are whole numbers or not; -1 is below all. */
const planes = fc
  .record({ size, seed: fc.integer(), range: fc.constantFrom(3, 40, MAX_LIGHTNESS), centre: fc.integer() })
  .map(({ size: { width, height }, seed, range, centre }) => {
    const next = numbers(seed, 2 * range + 1);
    const bound = () => (next() % 3 === 0 ? -1 : (next() * 3) / 2);
    const length = Math.ceil(width / BLOCK) * Math.ceil(height / BLOCK);
    const bounds: Bounds = {
      centre: centre % (range + 1),
      marked: Float64Array.from({ length }, bound),
      sure: Float64Array.from({ length }, bound),
    };
    return { width, height, bounds, plane: Int16Array.from({ length: width * height }, () => next() - range) };
  });

function marked(way: Bands, { width, height, bounds, plane }: typeof planes extends fc.Arbitrary<infer T> ? T : never) {
  const marks = new Uint8Array(width * height);
  const sure: boolean[] = [];
  for (let band = 0; band * BLOCK < height; band++) sure.push(way.mark(plane, width, band, bounds, marks));
  return { marks, sure };
}

/** Whether they are the same; what is equal costs no look at each number. */
function isSame(one: ArrayBufferView, other: ArrayBufferView): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);
  return bytes(one).equals(bytes(other));
}

describe('bands by vectors', () => {
  it('are to be had on this machine', () => {
    expect(simd).toBeDefined();
  });

  it('have the lightness and the sums that plain arithmetic has, for any pictures, offsets and masks', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const [one, other] = [surveyed(simd, pair), surveyed(PLAIN, pair)];
        expect(isSame(one.plane, other.plane)).toBe(true);
        for (const plane of ['lightness', 'blue', 'red'] as const) expect(one[plane]).toEqual(other[plane]);
      }),
    );
  });

  it('overflow nowhere: every level differs as much as it can', () => {
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
        expect(surveyed(simd, pair)).toEqual(surveyed(PLAIN, pair));
      }
    }
  });

  it('mark the pixels that plain arithmetic marks, for any differences and bounds', () => {
    fc.assert(
      fc.property(planes, (given) => {
        const [one, other] = [marked(simd, given), marked(PLAIN, given)];
        expect(one.sure).toEqual(other.sure);
        expect(isSame(one.marks, other.marks)).toBe(true);
      }),
    );
  });
});
