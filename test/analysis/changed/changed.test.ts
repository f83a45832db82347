import { describe, expect, it } from 'vitest';
import { changed } from '../../../src/analysis/changed/changed.ts';
import type { Pixels } from '../../../src/analysis/pixels.ts';

type Rgb = readonly [number, number, number];
type Box = readonly [x: number, y: number, width: number, height: number];

/** A grey picture of level 100, with boxes of other colours. */
function picture(width: number, height: number, ...boxes: readonly (readonly [Box, Rgb])[]): Pixels {
  const data = new Uint8Array(width * height * 3).fill(100);
  for (const [[left, top, across, down], colour] of boxes) {
    for (let y = top; y < top + down; y++) {
      for (let x = left; x < left + across; x++) data.set(colour, (y * width + x) * 3);
    }
  }
  return { width, height, data };
}

function lighter({ width, height, data }: Pixels, levels: number): Pixels {
  return { width, height, data: Uint8Array.from(data, (level) => Math.max(0, Math.min(255, level + levels))) };
}

const mask = (width: number, height: number, hidden: Box) => {
  const included = new Uint8Array(width * height).fill(1);
  const [left, top, across, down] = hidden;
  for (let y = top; y < top + down; y++) included.fill(0, y * width + left, y * width + left + across);
  return { width, height, included };
};

const WHITE: Rgb = [190, 190, 190];
const GROUND = picture(40, 40);

describe('changed', () => {
  it('finds an object that appears, with its position and its differences', () => {
    const { area, regions, min, max } = changed(GROUND, picture(40, 40, [[16, 16, 8, 8], WHITE]));
    // 90 levels in 64 pixels. Every pixel that touches them has a 3 × 3 mean of 10 or more, above 0.4 · 7: 10 × 10
    // pixels.
    expect({ area, min, max }).toEqual({ area: 100, min: 0, max: 90 });
    expect(regions).toEqual([
      {
        box: { x: 15, y: 15, width: 10, height: 10 },
        centroid: { x: 19.5, y: 19.5 },
        area: 100,
        sum: 64 * 90,
        peak: 90,
        // The noise of a pixel is assumed to be one level, and that of the sum of 100 pixels is 10.
        snr: 576,
      },
    ]);
  });

  it('finds two regions, ordered by signal-to-noise ratio, and adds up their areas', () => {
    const image = picture(
      60,
      40,
      [
        [8, 8, 4, 4],
        [60, 60, 60],
      ],
      [[40, 24, 8, 8], WHITE],
    );
    const { area, regions } = changed(picture(60, 40), image);
    expect(regions.map(({ box, sum }) => [box.x, box.y, sum])).toEqual([
      [39, 23, 64 * 90],
      [7, 7, 16 * -40],
    ]);
    expect(area).toBe(100 + 36);
  });

  it('ignores a change of brightness, also where levels are clipped', () => {
    const scene = picture(
      40,
      40,
      [
        [0, 0, 12, 12],
        [250, 252, 255],
      ],
      [
        [20, 20, 12, 12],
        [0, 3, 6],
      ],
    );
    for (const levels of [-10, -1, 1, 10]) {
      expect(changed(scene, lighter(scene, levels)).area, `${levels}`).toBe(0);
      expect(changed(lighter(scene, levels), scene).area, `${levels} back`).toBe(0);
    }
  });

  it('finds an object despite a change of brightness', () => {
    const image = lighter(picture(40, 40, [[16, 16, 8, 8], WHITE]), 10);
    expect(changed(GROUND, image).regions[0]).toMatchObject({ area: 100, sum: 64 * 90, peak: 90 });
  });

  it('finds a change of colour without a change of luma', () => {
    // 19 · 38 − 38 · 19 = 0: red up, green down. All pixels of the block count.
    const { area } = changed(
      GROUND,
      picture(40, 40, [
        [16, 16, 8, 8],
        [138, 81, 100],
      ]),
    );
    expect(area).toBe(64);
  });

  it('ignores regions of fewer than nine pixels and differences within the JPEG tolerance', () => {
    expect(
      changed(
        GROUND,
        picture(40, 40, [
          [16, 16, 8, 8],
          [104, 104, 104],
        ]),
      ).area,
    ).toBe(0);
    // A pixel in the corner contributes to four means, one inside to nine.
    expect(
      changed(
        GROUND,
        picture(40, 40, [
          [0, 0, 1, 1],
          [190, 190, 190],
        ]),
      ).area,
    ).toBe(0);
    expect(changed(GROUND, picture(40, 40, [[16, 16, 1, 1], WHITE])).area).toBe(9);
  });

  it('finds regions at the borders and in the corners', () => {
    for (const [x, y, area] of [
      [0, 0, 36],
      [35, 35, 36],
      [0, 16, 42],
      [35, 16, 42],
      [16, 0, 42],
    ] as const) {
      const { regions } = changed(GROUND, picture(40, 40, [[x, y, 5, 5], WHITE]));
      expect(
        regions.map((region) => region.area),
        `${x}, ${y}`,
      ).toEqual([area]);
    }
  });

  it('averages only the pixels inside the picture, and allows for their higher noise', () => {
    // At the top a mean of six is weighted by √(6 / 9). Beside the object 2/6 · 13 · 0.82 = 3.5 and 2/9 · 13 = 2.9
    // exceed 0.4 · 7, below it 3/9 · 13 and 2/9 · 13 are: 6 + 6 + 4 pixels.
    expect(
      changed(
        GROUND,
        picture(40, 40, [
          [16, 0, 4, 2],
          [113, 113, 113],
        ]),
      ).area,
    ).toBe(16);
    // Beside it 1/6 · 20 · 0.82 = 2.7 and 1/9 · 20 = 2.2 do not: 4 + 4 pixels, which is too few.
    expect(
      changed(
        GROUND,
        picture(40, 40, [
          [16, 0, 4, 1],
          [120, 120, 120],
        ]),
      ).area,
    ).toBe(0);
  });

  it('ignores masked pixels, also in the area and in the noise estimate', () => {
    const hidden: Box = [10, 10, 20, 20];
    const image = picture(40, 40, [[16, 16, 8, 8], WHITE]);
    expect(changed(GROUND, image, mask(40, 40, hidden))).toEqual({ area: 0, regions: [], min: 0, max: 0 });

    // Half of the object is masked: five columns remain, one of them beside the object.
    const half = changed(GROUND, image, mask(40, 40, [20, 0, 20, 40]));
    expect(half).toMatchObject({ area: 50, min: 0, max: 90, regions: [{ box: { x: 15, width: 5 }, sum: 32 * 90 }] });

    // More than half of the pixels differ, but as they are masked they do not affect the median.
    const most = picture(
      40,
      40,
      [
        [0, 0, 40, 26],
        [160, 160, 160],
      ],
      [[4, 30, 6, 6], WHITE],
    );
    expect(changed(GROUND, most, mask(40, 40, [0, 0, 40, 26])).regions).toMatchObject([{ sum: 36 * 90 }]);
  });

  it('does not mistake a change of most of the picture for noise', () => {
    const stripes = (turned: boolean): Pixels => {
      const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => {
        const [x, y] = [Math.floor(at / 3) % 64, Math.floor(at / 192)];
        return (turned ? y : x) % 32 < 16 ? 40 : 200;
      });
      return { width: 64, height: 64, data };
    };
    const { area } = changed(stripes(false), stripes(true));
    // Half of the pixels differ by 160 levels; smoothing marks more at their edges.
    expect(area).toBeGreaterThan(64 * 32);
  });

  it.each([
    [24, 0],
    [-24, 0],
    [25, 0],
    [60, 1600],
    [-60, 1600],
  ])('reports a brightness change of %i levels as a change of %i of 1,600 pixels', (levels, pixels) => {
    expect(changed(GROUND, lighter(GROUND, levels)).area).toBe(pixels);
    const scene = picture(40, 40, [
      [10, 10, 20, 20],
      [140, 90, 60],
    ]);
    expect(changed(scene, lighter(scene, levels)).area).toBe(pixels);
  });

  it('finds nothing if the pictures are equal or entirely masked', () => {
    expect(changed(GROUND, GROUND)).toEqual({ area: 0, regions: [], min: 0, max: 0 });
    const image = picture(40, 40, [[16, 16, 8, 8], WHITE]);
    expect(changed(GROUND, image, mask(40, 40, [0, 0, 40, 40]))).toMatchObject({ area: 0, min: 0, max: 0 });
  });

  it('supports the smallest pictures', () => {
    for (let width = 1; width <= 3; width++) {
      for (let height = 1; height <= 3; height++) {
        const [before, after] = [
          picture(width, height),
          picture(width, height, [
            [0, 0, 1, 1],
            [255, 0, 255],
          ]),
        ];
        expect(changed(before, before).area).toBe(0);
        expect(changed(before, after).area).toBeLessThanOrEqual(width * height);
      }
    }
  });

  it('refuses pictures and masks of different sizes', () => {
    expect(() => changed(GROUND, picture(41, 40))).toThrow(RangeError);
    expect(() => changed(GROUND, GROUND, mask(40, 41, [0, 0, 1, 1]))).toThrow(RangeError);
  });
});
