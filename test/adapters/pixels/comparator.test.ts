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

/** A fixture as a source that counts how often it is read. */
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
  it.each(sameSize)(
    'measures the norm that NumPy does: $reference, $image',
    async ({ reference, image, norm = -1 }) => {
      const comparator = createComparator(LIMITS);
      const { kind, measurement } = await comparator.compare(pair(source(reference), source(image)), l2Above(0));
      expect(measurement).toBe(norm);
      expect(kind).toBe(norm > 0 ? 'changed' : 'unchanged');
    },
  );

  it.each(otherSize)('tells a change of size and measures nothing: $reference, $image', async (two) => {
    const comparator = createComparator(LIMITS);
    const result = await comparator.compare(pair(source(two.reference), source(two.image)), l2Above(1e9));
    expect(result).toMatchObject({ kind: 'size_changed', measurement: null });
    const { width, height } = await decodePicture(result.difference ?? new Uint8Array(), 'jpg', LIMITS);
    expect({ width, height }).toEqual({ width: two.width, height: two.height });
  });

  it('is an event above the threshold alone, and draws a difference image for an event alone', async () => {
    const comparator = createComparator(LIMITS);
    const [reference, image] = [source('baseline-444.jpg'), source('baseline-420.jpg')];
    const norm = expected.pairs[0]?.norm ?? 0;
    const at = await comparator.compare(pair(reference, image), l2Above(norm));
    expect(at).toEqual({ kind: 'unchanged', measurement: norm, regions: null, difference: null });
    const below = await comparator.compare(pair(reference, image), l2Above(norm - 1e-9));
    expect(below).toMatchObject({ kind: 'changed', measurement: norm });
    expect(await comparator.difference(pair(reference, image))).toEqual(below.difference);
  });

  it('is unchanged without a look at the pixels where the files are the same', async () => {
    const comparator = createComparator(LIMITS);
    const [reference, image] = [source('grey.jpg'), source('grey.jpg')];
    const result = await comparator.compare(pair(reference, image), l2Above(0));
    expect(result).toEqual({ kind: 'unchanged', measurement: 0, regions: null, difference: null });
    expect(reference.reads + image.reads).toBe(0);
  });

  it('throws what the codec says where a picture does not decode after all', async () => {
    const comparator = createComparator(LIMITS);
    const cut = source('grey.jpg', fixture('grey.jpg').subarray(0, 500));
    const comparing = comparator.compare(pair(source('grey.jpg'), cut), l2Above(0));
    await expect(comparing).rejects.toMatchObject({ code: 'undecodable' });
  });

  it('throws for a technique that it does not have', async () => {
    const comparator = createComparator(LIMITS);
    const comparing = comparator.compare(pair(source('baseline-444.jpg'), source('baseline-420.jpg')), {
      ...l2Above(0),
      technique: 'l1@1',
    });
    await expect(comparing).rejects.toThrow('there is no technique l1@1');
  });
});

describe('inspecting a picture', () => {
  it('tells its size as seen', async () => {
    expect(await createComparator(LIMITS).inspect(source('exif-6.jpg'))).toEqual({
      verdict: 'decodes',
      width: 13,
      height: 19,
    });
  });

  it('tells why it does not decode', async () => {
    const comparator = createComparator(LIMITS);
    expect(await comparator.inspect(source('.png', fixture('rgb8.png').subarray(0, 900)))).toEqual({
      verdict: 'undecodable',
      detail: 'the PNG is cut short or damaged',
    });
    expect(await createComparator({ maxPixels: 200 }).inspect(source('exif-6.jpg'))).toEqual({
      verdict: 'too_large',
      detail: 'the picture is 19 × 13 = 0.000247 megapixels, over the limit of 0.0002 (max_megapixels)',
    });
  });

  it.each(['store_unavailable', 'undecodable'] as const)('lets through what reading throws: %s', async (code) => {
    const error = new ImgpipeError(code, 'The store is away.');
    const picture: PictureSource = { sha256: 'a', format: 'jpg', read: () => Promise.reject(error) };
    await expect(createComparator(LIMITS).inspect(picture)).rejects.toBe(error);
  });

  it('reads again what could not be read before', async () => {
    const comparator = createComparator(LIMITS);
    const picture = source('grey.jpg');
    const failing: PictureSource = { ...picture, read: () => Promise.reject(new Error('away')) };
    await expect(comparator.inspect(failing)).rejects.toThrow('away');
    expect(await comparator.inspect(picture)).toMatchObject({ verdict: 'decodes' });
  });
});

describe('decoded pictures', () => {
  it('are kept: each is read once, also when it is asked for twice at a time', async () => {
    const comparator = createComparator(LIMITS);
    const [reference, image] = [source('grey.jpg'), source('baseline-420.jpg')];
    await Promise.all([comparator.inspect(image), comparator.inspect(image)]);
    await comparator.compare(pair(reference, image), l2Above(0));
    await comparator.difference(pair(reference, image));
    expect([reference.reads, image.reads]).toEqual([1, 1]);
  });

  it('are not kept by a cache that is too small for them, but for the last one', async () => {
    const comparator = createComparator({ ...LIMITS, cache: createPictureCache(0) });
    const [one, other] = [source('grey.jpg'), source('baseline-420.jpg')];
    for (const picture of [one, one, other, one]) await comparator.inspect(picture);
    expect([one.reads, other.reads]).toEqual([2, 1]);
  });
});
