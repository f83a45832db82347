import { describe, expect, it } from 'vitest';
import { withBoxes } from '../../src/analysis/region-boxes.ts';

const [RED, BLACK, GREY] = ['255,64,64', '0,0,0', '100,100,100'];

/** A grey picture with boxes around these regions, each pixel by its letter: red, black, and a point where it is as it was. */
function drawn(width: number, height: number, ...boxes: (readonly [x: number, y: number, w: number, h: number])[]) {
  const picture = { width, height, data: new Uint8Array(width * height * 3).fill(100) };
  const before = picture.data.slice();
  const regions = boxes.map(([x, y, w, h]) => ({ box: { x, y, width: w, height: h } }));
  const { data } = withBoxes(picture, regions);
  expect(picture.data).toEqual(before);
  const letters = new Map([
    [RED, 'r'],
    [BLACK, 'b'],
    [GREY, '.'],
  ]);
  return Array.from({ length: height }, (_, y) =>
    Array.from(
      { length: width },
      (_, x) =>
        letters.get(
          data
            .subarray(3 * (y * width + x))
            .subarray(0, 3)
            .join(),
        ) ?? '?',
    ).join(''),
  );
}

describe('the box around a region', () => {
  it('is a red line in a black one, two line widths away from it', () => {
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

  it('ends where the picture does', () => {
    expect(drawn(4, 3, [0, 0, 1, 1])).toEqual(['..rb', '..rb', 'rrrb']);
    expect(drawn(2, 2, [0, 0, 2, 2])).toEqual(['..', '..']);
  });

  it('has lines that are wider on a larger picture', () => {
    const rows = drawn(1000, 1000, [500, 500, 10, 10]);
    expect(rows[505]?.replace(/^\.+/, '').slice(0, 7)).toBe('bbbrrr.');
  });
});
