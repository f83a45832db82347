import { expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { differenceImage, sizeChangeImage } from '../../../src/analysis/difference-image.ts';
import { l2 } from '../../../src/analysis/l2.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { expected, fixture } from '../../fixtures/pictures/expected.ts';

const LIMITS = { maxPixels: 64e6 };

function decode(name: string) {
  return decodePicture(fixture(name), name.endsWith('.jpg') ? 'jpg' : 'png', LIMITS);
}

it.each(expected.pairs)('the difference image of $reference and $image is identical to NumPy’s', async (pair) => {
  const [reference, image] = [await decode(pair.reference), await decode(pair.image)];
  const { norm, sumOfSquares, min, max } = pair;
  if (norm === undefined || sumOfSquares === undefined || min === undefined || max === undefined) {
    expect(sha256Of(sizeChangeImage(reference, image, 1e9).data)).toBe(pair.difference);
  } else {
    const measured = l2(reference, image);
    expect({ ...measured, sumOfSquares: Number(measured.sumOfSquares) }).toEqual({ norm, sumOfSquares, min, max });
    expect(sha256Of(differenceImage(reference, image, measured).data)).toBe(pair.difference);
  }
});
