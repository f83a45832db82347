import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSimdUnfilter,
  type RowLayout,
  SCALAR,
  type Unfilter,
} from '../../../../src/adapters/pixels/png/unfilter.ts';
import { seeded } from '../../../support/random.ts';

const simd = createSimdUnfilter() as Unfilter;
const MAX_ROW = 65_500 * 8;

/** The concatenated rows; `undefined` if a filter is unknown. */
function unfiltered(unfilter: Unfilter, filtered: Uint8Array, layout: RowLayout): Buffer | undefined {
  const chunks: Uint8Array[] = [];
  const isKnown = unfilter(filtered, layout, (rows, first) => {
    expect(first * layout.rowBytes).toBe(chunks.reduce((sum, { length }) => sum + length, 0));
    chunks.push(rows.slice());
  });
  return isKnown ? Buffer.concat(chunks) : undefined;
}

/** Rows of random bytes, each with a random one of these filters. */
function randomRows(rows: number, rowBytes: number, filters: readonly number[], seed: number): Uint8Array {
  const random = seeded(seed);
  const bytes = new Uint8Array(rows * (rowBytes + 1)).map(() => random() * 256);
  for (let at = 0; at < bytes.length; at += rowBytes + 1) {
    bytes[at] = filters[Math.floor(random() * filters.length)] ?? 0;
  }
  return bytes;
}

describe('the scalar implementation', () => {
  // Calculated by hand from section 9.2 of the standard: a row of 10, 20, 250 and 40 above one of 1, 2, 3 and 250.
  it.each([
    ['none', 0, 1, [1, 2, 3, 250]],
    ['sub', 1, 1, [1, 3, 6, 0]],
    ['sub, two bytes a pixel', 1, 2, [1, 2, 4, 252]],
    ['up', 2, 1, [11, 22, 253, 34]],
    ['average', 3, 1, [6, 15, 135, 81]],
    ['average, two bytes a pixel', 3, 2, [6, 12, 131, 20]],
    ['paeth', 4, 1, [11, 22, 253, 34]],
    ['paeth, two bytes a pixel', 4, 2, [11, 22, 253, 34]],
  ] as const)('reverses the filter %s', (_, filter, bytesPerPixel, right) => {
    const filtered = Uint8Array.from([0, 10, 20, 250, 40, filter, 1, 2, 3, 250]);
    const rows = unfiltered(SCALAR, filtered, { rowBytes: 4, bytesPerPixel });
    expect([...(rows ?? [])]).toEqual([10, 20, 250, 40, ...right]);
  });
});

it('the Paeth filter predicts from the left, upper or upper left byte, whichever is nearest', () => {
  const filtered = Uint8Array.from([0, 10, 100, 90, 7, 4, 90, 10, 1, 2]);
  // Of 0, 10 and 0 above; of 100, 100 and 10 left, before above; of 110, 90 and 100 the corner; of 101, 7 and 90 above.
  const right = [10 + 90, 100 + 10, 100 + 1, 7 + 2];
  expect([...(unfiltered(SCALAR, filtered, { rowBytes: 4, bytesPerPixel: 1 }) ?? [])].slice(4)).toEqual(right);
});

describe('the SIMD implementation', () => {
  it('is available on this machine', () => {
    expect(simd).toBeDefined();
  });

  it.each([1, 2, 3, 4, 6, 8])(
    'gives the same result as the scalar one, for any rows with %i bytes per pixel',
    (bytesPerPixel) => {
      const shapes = fc.record({
        rows: fc.integer({ min: 1, max: 12 }),
        pixels: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(3000)),
        filters: fc.constantFrom([0], [1], [2], [3], [4], [0, 1, 2, 3, 4]),
        seed: fc.integer(),
      });
      fc.assert(
        fc.property(shapes, ({ rows, pixels, filters, seed }) => {
          const layout = { rowBytes: pixels * bytesPerPixel, bytesPerPixel };
          const filtered = randomRows(rows, layout.rowBytes, filters, seed);
          expect(unfiltered(simd, filtered, layout)?.equals(unfiltered(SCALAR, filtered, layout) as Buffer)).toBe(true);
        }),
        { numRuns: 80 },
      );
    },
  );

  it('does not use the rows of the previous picture', () => {
    const layout = { rowBytes: 30, bytesPerPixel: 3 };
    const filtered = randomRows(5, 30, [2, 3, 4], 1);
    const first = unfiltered(simd, filtered, layout);
    unfiltered(simd, randomRows(7, 90, [0], 2), { rowBytes: 90, bytesPerPixel: 3 });
    expect(unfiltered(simd, filtered, layout)).toEqual(first);
  });

  it('supports the longest row, with every filter', () => {
    const layout = { rowBytes: MAX_ROW, bytesPerPixel: 8 };
    for (const filter of [0, 1, 2, 3, 4]) {
      const filtered = randomRows(2, MAX_ROW, [filter], filter);
      expect(unfiltered(simd, filtered, layout)?.equals(unfiltered(SCALAR, filtered, layout) as Buffer)).toBe(true);
    }
  });
});

it.each([
  ['SIMD', simd],
  ['scalar', SCALAR],
])('an unknown filter is reported by the %s implementation', (_, unfilter) => {
  const layout = { rowBytes: 4, bytesPerPixel: 1 };
  expect(unfiltered(unfilter, Uint8Array.from([0, 1, 2, 3, 4, 5, 1, 2, 3, 4]), layout)).toBeUndefined();
  expect(unfiltered(unfilter, Uint8Array.from([255, 1, 2, 3, 4]), layout)).toBeUndefined();
});
