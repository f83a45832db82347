import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pixels } from '../../src/analysis/pixels.ts';
import { thumbnail } from '../../src/analysis/thumbnail.ts';

/** A picture with the given levels in red, the level + 1 in green, and the complement in blue. */
function picture(...rows: number[][]): Pixels {
  const levels = rows.flat();
  const data = Uint8Array.from(levels.flatMap((level) => [level, level + 1, 255 - level]));
  return { width: levels.length / rows.length, height: rows.length, data };
}

/** The red channel, row by row. */
function reds({ width, data }: Pixels): number[][] {
  const levels = [...data].filter((_, index) => index % 3 === 0);
  return Array.from({ length: levels.length / width }, (_, y) => levels.slice(y * width, (y + 1) * width));
}

/** The overlap of the source pixel at `at` with result pixel `index` of `count`. */
function overlap(at: number, index: number, length: number, count: number): bigint {
  const end = Math.min((at + 1) * count, (index + 1) * length);
  return BigInt(Math.max(0, end - Math.max(at * count, index * length)));
}

/** The definition, calculated for each level over all source pixels with BigInt. */
function slowly({ width, height, data }: Pixels, size: { width: number; height: number }): number[] {
  const levels: number[] = [];
  for (let index = 0; index < size.width * size.height * 3; index++) {
    const [x, y] = [Math.floor(index / 3) % size.width, Math.floor(index / 3 / size.width)];
    let sum = 0n;
    data.forEach((level, at) => {
      if (at % 3 !== index % 3) return;
      const pixel = Math.floor(at / 3);
      const across = overlap(pixel % width, x, width, size.width);
      sum += across * overlap(Math.floor(pixel / width), y, height, size.height) * BigInt(level);
    });
    const count = BigInt(width * height);
    levels.push(Number((2n * sum + count) / (2n * count)));
  }
  return levels;
}

describe('a thumbnail', () => {
  it.each([
    // (0 + 100 + 0 + 0) / 4, and so on.
    [
      'of whole squares',
      [
        [0, 100, 40, 40],
        [0, 0, 40, 44],
      ],
      2,
      [[25, 41]],
    ],
    // (2 × 10 + 40) / 3 and (40 + 2 × 100) / 3; a row of 2/3 is one.
    ['of parts', [[10, 40, 100]], 2, [[20, 80]]],
    // A corner has the weight 4/9, its neighbours 2/9 each, and the centre 1/9.
    [
      'of parts both ways',
      [
        [90, 0, 0],
        [0, 0, 0],
        [0, 0, 9],
      ],
      2,
      [
        [40, 0],
        [0, 4],
      ],
    ],
    ['of all pixels for a single one', [[1], [2], [3], [10]], 1, [[4]]],
    // 5 to 4: (4 × 0 + 50) / 5, (3 × 50 + 2 × 100) / 5, (2 × 100 + 3 × 150) / 5, (150 + 4 × 200) / 5.
    ['hardly smaller', [[0, 50, 100, 150, 200]], 4, [[10, 70, 130, 190]]],
  ])('is the mean %s', (_, rows, side, expected) => {
    expect(reds(thumbnail(picture(...rows), side))).toEqual(expected);
  });

  it('rounds half up', () => {
    expect(reds(thumbnail(picture([0, 1]), 1))).toEqual([[1]]);
    expect(reds(thumbnail(picture([0, 0, 1]), 1))).toEqual([[0]]);
    expect(reds(thumbnail(picture([254, 254, 253, 254]), 1))).toEqual([[254]]);
    expect(reds(thumbnail(picture([7, 8, 8, 7, 7]), 1))).toEqual([[7]]);
  });

  it('processes red, green and blue separately', () => {
    const two = thumbnail(picture([10, 40, 100]), 2);
    expect([...two.data]).toEqual([20, 21, 235, 80, 81, 175]);
  });

  it.each([
    [[4000, 3000], 240, [240, 180]],
    [[3000, 4000], 240, [180, 240]],
    [[500, 500], 240, [240, 240]],
    [[480, 201], 240, [240, 101]],
    [[65_500, 1], 240, [240, 1]],
    [[3, 2000], 240, [1, 240]],
    [[241, 7], 240, [240, 7]],
  ] as const)('of %j pixels fits into %i with its shape kept: %j', ([width, height], side, size) => {
    const small = thumbnail({ width, height, data: new Uint8Array(width * height * 3).fill(255) }, side);
    expect([small.width, small.height]).toEqual(size);
    expect(small.data.length).toBe(size[0] * size[1] * 3);
    expect(small.data.every((level) => level === 255)).toBe(true);
  });

  it.each([
    [240, 100],
    [100, 240],
    [1, 1],
  ])('of %i × %i pixels, which fits into 240, is the picture itself', (width, height) => {
    const pixels = { width, height, data: new Uint8Array(width * height * 3) };
    expect(thumbnail(pixels, 240)).toBe(pixels);
  });

  it('equals the exact mean over all pixels', () => {
    const side = fc.integer({ min: 1, max: 24 });
    const sizes = fc.record({ width: side, height: side, side: fc.integer({ min: 1, max: 12 }) });
    const pictures = sizes.chain(({ width, height, side }) => {
      const length = width * height * 3;
      return fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((data) => ({ pixels: { width, height, data }, side }));
    });
    fc.assert(
      fc.property(pictures, ({ pixels, side }) => {
        const small = thumbnail(pixels, side);
        expect([...small.data]).toEqual(slowly(pixels, small));
      }),
    );
  });
});
