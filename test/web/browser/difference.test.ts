import { describe, expect, it } from 'vitest';
import { drawDifferences, levelsOf, signedText } from '../../../src/web/browser/difference.ts';

/** The level of a difference. */
function level(levels: Uint8ClampedArray, d: number): number | undefined {
  return levels[d + 255];
}

describe('differences on a scale', () => {
  it('are absolute, amplified, or signed around the middle', () => {
    const absolute = levelsOf('absolute', 32);
    expect([-255, -3, 0, 3, 255].map((d) => level(absolute, d))).toEqual([255, 3, 0, 3, 255]);
    const amplified = levelsOf('amplified', 8);
    expect([-255, -3, 0, 3, 31, 32].map((d) => level(amplified, d))).toEqual([255, 24, 0, 24, 248, 255]);
    const signed = levelsOf('signed', 8);
    expect([-255, -16, -3, 0, 3, 16].map((d) => level(signed, d))).toEqual([0, 0, 104, 128, 152, 255]);
  });

  it('are drawn for each channel, and opaque', () => {
    const after = new Uint8ClampedArray([10, 20, 30, 0, 255, 0, 5, 255]);
    const before = new Uint8ClampedArray([12, 20, 20, 255, 0, 255, 5, 9]);
    drawDifferences(after, before, levelsOf('signed', 2));
    expect([...after]).toEqual([124, 128, 148, 255, 255, 0, 128, 255]);
  });

  it('are written with their sign', () => {
    expect([3, -12, 0].map(signedText)).toEqual(['+3', '−12', '0']);
  });
});
