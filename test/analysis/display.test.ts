import { describe, expect, it } from 'vitest';
import { displayed, stretchOf } from '../../src/analysis/display.ts';
import { deepPixels } from '../support/deep-pictures.ts';

/** A grey picture of one row. */
function grey(...values: readonly number[]) {
  return deepPixels(
    values.length,
    1,
    values.flatMap((value) => [value, value, value]),
  );
}

describe('the stretch of a 16-bit picture', () => {
  it('makes the darkest 0.1 % of the samples black and the lightest 0.1 % white', () => {
    // Of 3,000 samples, three at each end are clipped: one pixel.
    const values = Array.from({ length: 1000 }, (_, n) => 100 + n);
    values[500] = 65_535;
    values[600] = 0;
    expect(stretchOf(grey(...values))).toEqual({ black: 100, white: 1099 });
  });

  it('is that from the darkest to the lightest sample in a small picture', () => {
    expect(stretchOf(grey(96, 100, 246))).toEqual({ black: 96, white: 246 });
  });

  it('is the whole range for one value, and for an 8-bit picture', () => {
    expect(stretchOf(grey(96, 96))).toEqual({ black: 0, white: 65_535 });
    expect(stretchOf({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3) })).toEqual({ black: 0, white: 65_535 });
  });
});

describe('a displayed picture', () => {
  it('has the levels between black and white, rounded and clipped', () => {
    const picture = grey(90, 96, 146, 246, 300);
    const { data, ...size } = displayed(picture, { black: 96, white: 246 });
    expect(size).toEqual({ width: 5, height: 1 });
    expect([...data].filter((_, at) => at % 3 === 0)).toEqual([0, 0, 85, 255, 255]);
  });

  it('is an 8-bit picture as it is', () => {
    const picture = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) };
    expect(displayed(picture)).toBe(picture);
  });
});
