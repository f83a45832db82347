import { describe, expect, it } from 'vitest';
import { maskOf, maskReference } from '../../src/analysis/mask.ts';

describe('a mask', () => {
  it('excludes pixels that are darker than half of white', () => {
    const data = Uint8Array.of(0, 0, 0, 127, 127, 128, 128, 127, 128, 255, 255, 255, 255, 0, 0, 0, 255, 128);
    expect(maskOf({ width: 3, height: 2, data })).toEqual({
      width: 3,
      height: 2,
      included: Uint8Array.of(0, 0, 1, 1, 0, 1),
    });
  });

  it('replaces masked pixels of the reference by those of the image', () => {
    const reference = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const image = { width: 2, height: 1, data: Uint8Array.of(11, 12, 13, 14, 15, 16) };
    const mask = { width: 2, height: 1, included: Uint8Array.of(0, 1) };
    expect(maskReference(reference, image, mask)).toEqual({ ...reference, data: Uint8Array.of(11, 12, 13, 4, 5, 6) });
    expect(reference.data).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
  });
});
