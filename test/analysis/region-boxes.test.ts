import { describe, expect, it } from 'vitest';
import { withBoxes } from '../../src/analysis/region-boxes.ts';

const LETTERS = new Map([
  ['255,64,64', 'r'],
  ['0,0,0', 'b'],
  ['100,100,100', '.'],
]);

/** A grey picture with boxes around regions, as letters: r for red, b for black, and a dot for unchanged pixels. */
function drawn(width: number, height: number, ...boxes: (readonly [x: number, y: number, w: number, h: number])[]) {
  const picture = { width, height, data: new Uint8Array(width * height * 3).fill(100) };
  const before = picture.data.slice();
  const regions = boxes.map(([x, y, w, h]) => ({ box: { x, y, width: w, height: h } }));
  const { data } = withBoxes(picture, regions);
  expect(Buffer.compare(picture.data, before)).toBe(0);
  const letter = (at: number) => LETTERS.get(`${data[at]},${data[at + 1]},${data[at + 2]}`) ?? '?';
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => letter(3 * (y * width + x))).join(''),
  );
}

describe('the box around a region', () => {
  it('is a red line with a black outline, two line widths from the region', () => {
    expect(drawn(11, 10, [5, 4, 1, 2])).toEqual([
      '...........',
      '..bbbbbbb..',
      '..brrrrrb..',
      '..br...rb..',
      '..br...rb..',
      '..br...rb..',
      '..br...rb..',
      '..brrrrrb..',
      '..bbbbbbb..',
      '...........',
    ]);
  });

  it('is closed at the edge of the picture', () => {
    expect(drawn(5, 4, [0, 0, 1, 1])).toEqual(['rrrb.', 'r.rb.', 'rrrb.', 'bbbb.']);
    expect(drawn(4, 3, [0, 0, 4, 3])).toEqual(['rrrr', 'r..r', 'rrrr']);
    expect(drawn(1, 1, [0, 0, 1, 1])).toEqual(['r']);
  });

  it('has wider lines on a larger picture', () => {
    const row = drawn(1000, 600, [500, 100, 10, 10])[105];
    expect(row?.replace(/^\.+/, '').slice(0, 5)).toBe('bbrr.');
  });
});
