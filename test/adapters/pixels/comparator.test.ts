import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { createComparator } from '../../../src/adapters/pixels/comparator.ts';
import { createPictureCache } from '../../../src/adapters/pixels/picture-cache.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { ImgpipeError } from '../../../src/domain/errors.ts';
import type { PictureSource } from '../../../src/ports/comparator.ts';
import { expected, fixture } from '../../fixtures/pictures/expected.ts';
import { l2Above, pair } from '../../support/samples.ts';

const LIMITS = { maxPixels: 64e6 };

/** A fixture as a picture source that counts its reads. */
function source(name: string, bytes: Uint8Array = fixture(name)): PictureSource & { reads: number } {
  return {
    sha256: sha256Of(bytes),
    format: name.endsWith('.jpg') ? 'jpg' : 'png',
    reads: 0,
    async read() {
      this.reads++;
      return bytes;
    },
  };
}

const sameSize = expected.pairs.filter(({ norm }) => norm !== undefined);
const otherSize = expected.pairs.filter(({ norm }) => norm === undefined);

describe('comparing two pictures', () => {
  it.each(sameSize)('measures the same norm as NumPy: $reference, $image', async ({ reference, image, norm = -1 }) => {
    const comparator = createComparator(LIMITS);
    const { kind, measurement } = await comparator.compare(pair(source(reference), source(image)), l2Above(0));
    expect(measurement).toBe(norm);
    expect(kind).toBe(norm > 0 ? 'changed' : 'unchanged');
  });

  it.each(otherSize)('reports a change of size without a measurement: $reference, $image', async (two) => {
    const comparator = createComparator(LIMITS);
    const result = await comparator.compare(pair(source(two.reference), source(two.image)), l2Above(1e9));
    expect(result).toMatchObject({ kind: 'size_changed', measurement: null });
    const { width, height } = await decodePicture(result.difference ?? new Uint8Array(), 'jpg', LIMITS);
    expect({ width, height }).toEqual({ width: two.width, height: two.height });
  });

  it('reports a change only above the threshold, and draws the difference image only then', async () => {
    const comparator = createComparator(LIMITS);
    const [reference, image] = [source('baseline-444.jpg'), source('baseline-420.jpg')];
    const norm = expected.pairs[0]?.norm ?? 0;
    const at = await comparator.compare(pair(reference, image), l2Above(norm));
    expect(at).toEqual({ kind: 'unchanged', measurement: norm, regions: null, difference: null });
    const below = await comparator.compare(pair(reference, image), l2Above(norm - 1e-9));
    expect(below).toMatchObject({ kind: 'changed', measurement: norm });
    expect(await comparator.difference(pair(reference, image))).toEqual(below.difference);
  });

  it('reports identical files as unchanged without reading them', async () => {
    const comparator = createComparator(LIMITS);
    const [reference, image] = [source('grey.jpg'), source('grey.jpg')];
    const result = await comparator.compare(pair(reference, image), l2Above(0));
    expect(result).toEqual({ kind: 'unchanged', measurement: 0, regions: null, difference: null });
    expect(reference.reads + image.reads).toBe(0);
  });

  it('throws the codec’s error if a picture does not decode', async () => {
    const comparator = createComparator(LIMITS);
    const cut = source('grey.jpg', fixture('grey.jpg').subarray(0, 500));
    const comparing = comparator.compare(pair(source('grey.jpg'), cut), l2Above(0));
    await expect(comparing).rejects.toMatchObject({ code: 'undecodable' });
  });

  it('throws for an unknown technique', async () => {
    const comparator = createComparator(LIMITS);
    const comparing = comparator.compare(pair(source('baseline-444.jpg'), source('baseline-420.jpg')), {
      ...l2Above(0),
      technique: 'l1@1',
    });
    await expect(comparing).rejects.toThrow('there is no technique l1@1');
  });
});

describe('inspecting a picture', () => {
  it('returns its size with the orientation applied', async () => {
    expect(await createComparator(LIMITS).inspect(source('exif-6.jpg'))).toEqual({
      verdict: 'decodes',
      width: 13,
      height: 19,
    });
  });

  it('returns why it does not decode', async () => {
    const comparator = createComparator(LIMITS);
    expect(await comparator.inspect(source('.png', fixture('rgb8.png').subarray(0, 900)))).toEqual({
      verdict: 'undecodable',
      detail: 'the PNG is cut short after 42 % of the rows',
    });
    expect(await createComparator({ maxPixels: 200 }).inspect(source('exif-6.jpg'))).toEqual({
      verdict: 'too_large',
      detail: 'the picture is 19 × 13 = 0.000247 megapixels, over the limit of 0.0002 (max_megapixels)',
    });
  });

  it.each(['store_unavailable', 'undecodable'] as const)('passes on the error of reading: %s', async (code) => {
    const error = new ImgpipeError(code, 'The store is unavailable.');
    const picture: PictureSource = { sha256: 'a', format: 'jpg', read: () => Promise.reject(error) };
    await expect(createComparator(LIMITS).inspect(picture)).rejects.toBe(error);
  });

  it('reads a picture again after a failed read', async () => {
    const comparator = createComparator(LIMITS);
    const picture = source('grey.jpg');
    const failing: PictureSource = { ...picture, read: () => Promise.reject(new Error('unavailable')) };
    await expect(comparator.inspect(failing)).rejects.toThrow('unavailable');
    expect(await comparator.inspect(picture)).toMatchObject({ verdict: 'decodes' });
  });
});

describe('the cache of decoded pictures', () => {
  it('lets each picture be read once, also for concurrent requests', async () => {
    const comparator = createComparator(LIMITS);
    const [reference, image] = [source('grey.jpg'), source('baseline-420.jpg')];
    await Promise.all([comparator.inspect(image), comparator.inspect(image)]);
    await comparator.compare(pair(reference, image), l2Above(0));
    await comparator.difference(pair(reference, image));
    expect([reference.reads, image.reads]).toEqual([1, 1]);
  });

  it('keeps only the last picture if it is too small', async () => {
    const comparator = createComparator({ ...LIMITS, cache: createPictureCache(0) });
    const [one, other] = [source('grey.jpg'), source('baseline-420.jpg')];
    for (const picture of [one, one, other, one]) await comparator.inspect(picture);
    expect([one.reads, other.reads]).toEqual([2, 1]);
  });
});
