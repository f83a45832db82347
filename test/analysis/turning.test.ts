import { describe, expect, it } from 'vitest';
import { blend } from '../../src/adapters/pixels/background.ts';
import { type Orientation, orient } from '../../src/analysis/orientation.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';
import { quarterTurn } from '../../src/analysis/quarter-turn.ts';
import { sha256Of } from '../../src/base/digest.ts';
import { expected, pattern } from '../fixtures/pictures/expected.ts';

/** A picture from letters, one for each pixel. */
function letters(...rows: string[]): Pixels {
  const text = rows.join('');
  const data = Uint8Array.from([...text].flatMap((letter) => [letter.charCodeAt(0), 1, 2]));
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}

describe('a quarter turn', () => {
  it.each(expected.turned)('of $width × $height is identical to Pillow’s', ({ width, height, sha256: sha }) => {
    const turned = quarterTurn(pattern(width, height));
    expect(turned).toMatchObject({ width, height });
    expect(sha256Of(turned.data)).toBe(sha);
  });

  it('of a square is counter-clockwise and crops nothing', () => {
    expect(quarterTurn(letters('ab', 'cd'))).toEqual(letters('bd', 'ac'));
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
