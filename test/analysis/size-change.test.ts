import { expect, it } from 'vitest';
import { sizeChangeImage } from '../../src/analysis/difference-image.ts';
import type { Pixels } from '../../src/analysis/pixels.ts';

const NO_LIMIT = 1e9;

function levels(width: number, height: number, values: readonly number[]): Pixels {
  return { width, height, data: Uint8Array.from(values.flatMap((value) => [value, value, value])) };
}

it('the overlap is drawn on a mid-grey canvas that contains both pictures', () => {
  const wide = levels(3, 1, [10, 20, 200]);
  const high = levels(2, 2, [10, 120, 7, 7]);
  expect(sizeChangeImage(wide, high, NO_LIMIT)).toEqual(levels(3, 2, [0, 255, 128, 128, 128, 128]));
  expect(sizeChangeImage(high, wide, NO_LIMIT)).toEqual(levels(3, 2, [255, 0, 128, 128, 128, 128]));
});

it('the range is that of the overlap', () => {
  const small = levels(1, 2, [50, 60]);
  const large = levels(2, 2, [51, 255, 62, 0]);
  expect(sizeChangeImage(small, large, NO_LIMIT)).toEqual(levels(2, 2, [0, 128, 255, 128]));
});

it('a canvas over the size limit is omitted', () => {
  const wide = levels(4, 1, [1, 2, 3, 4]);
  const high = levels(1, 4, [3, 0, 0, 0]);
  expect(sizeChangeImage(wide, high, 15)).toEqual(levels(1, 1, [0]));
  expect(sizeChangeImage(wide, high, 16).data).toHaveLength(16 * 3);
});
