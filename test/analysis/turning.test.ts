import { describe, expect, it } from 'vitest';
import { blend } from '../../src/adapters/pixels/background.ts';
import { type Orientation, orient } from '../../src/analysis/orientation.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';
import { type DrawTurned, quarterTurn, scalarTurn } from '../../src/analysis/quarter-turn.ts';
import { sha256Of } from '../../src/base/digest.ts';
import { expected, pattern } from '../fixtures/pictures/expected.ts';

/** A picture from letters, one for each pixel. */
function letters(...rows: string[]): Pixels {
  const text = rows.join('');
  const data = Uint8Array.from([...text].flatMap((letter) => [letter.charCodeAt(0), 1, 2]));
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}

/** The whole of a rotated picture, some rows at a time. */
function drawn({ width, height }: Pixels, draw: DrawTurned, rows = height): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row += rows) draw(data.subarray(row * width * 3, (row + rows) * width * 3), row);
  return { width, height, data };
}

describe('a quarter turn', () => {
  it.each(expected.turned)('of $width × $height is identical to Pillow’s', ({ width, height, sha256: sha }) => {
    const pixels = pattern(width, height);
    for (const turn of [quarterTurn, scalarTurn]) expect(sha256Of(drawn(pixels, turn(pixels)).data)).toBe(sha);
  });

  it('of a square is counter-clockwise and crops nothing', () => {
    const square = letters('ab', 'cd');
    expect(drawn(square, quarterTurn(square))).toEqual(letters('bd', 'ac'));
  });

  it.each([1, 3, 16])('is the same with and without the kernel, %i rows at a time, in any size', (rows) => {
    for (let width = 1; width <= 40; width++) {
      for (let height = 1; height <= 40; height++) {
        const pixels = pattern(width, height);
        const [right, turned] = [scalarTurn, quarterTurn].map((turn) => drawn(pixels, turn(pixels), rows));
        expect(sha256Of(turned?.data ?? new Uint8Array()), `${width} × ${height}`).toBe(
          sha256Of(right?.data ?? new Uint8Array()),
        );
      }
    }
  });

  it('may be drawn while others are', () => {
    const [first, second] = [letters('ab', 'cd'), letters('efg', 'hij', 'klm')];
    const draws = [first, second].map(quarterTurn);
    const top = draws.map((draw, index) => {
      const row = new Uint8Array((index + 2) * 3);
      draw(row, 0);
      return String.fromCharCode(...row.filter((_, at) => at % 3 === 0));
    });
    expect(top).toEqual(['bd', 'gjm']);
    expect(drawn(first, draws[0] as DrawTurned, 1)).toEqual(letters('bd', 'ac'));
  });
});

describe('an orientation', () => {
  it.each<[Orientation, string[]]>([
    [1, ['abc', 'def']],
    [2, ['cba', 'fed']],
    [3, ['fed', 'cba']],
    [4, ['def', 'abc']],
    [5, ['ad', 'be', 'cf']],
    [6, ['da', 'eb', 'fc']],
    [7, ['fc', 'eb', 'da']],
    [8, ['cf', 'be', 'ad']],
  ])('of %i gives the upright picture', (orientation, rows) => {
    expect(orient(letters('abc', 'def'), orientation)).toEqual(letters(...rows));
  });
});

describe('the background', () => {
  it.each([255, 0, 96])('of level %i is blended exactly according to alpha', (under) => {
    for (let alpha = 0; alpha < 256; alpha++) {
      for (let level = 0; level < 256; level++) {
        const right = Math.floor((2 * (alpha * level + (255 - alpha) * under) + 255) / 510);
        const blended = blend(level, alpha, under);
        if (blended !== right) expect.fail(`${level} at ${alpha} is not ${blended}`);
      }
    }
  });
});
