import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../src/base/digest.ts';
import { ImgpipeError } from '../../src/domain/errors.ts';
import type { Comparator, PictureSource } from '../../src/ports/comparator.ts';
import { type Colour, cutPng, png } from '../support/pictures.ts';
import { l2Above, pair } from '../support/samples.ts';

const GREY: Colour = [100, 100, 100];
/** Differs from GREY by 3, 4 and 0 in one pixel: the norm is 5. */
const ONE_PIXEL = png(GREY, { first: [103, 96, 100] });

interface CountedPicture extends PictureSource {
  readonly reads: () => number;
}

function picture(bytes: Uint8Array): CountedPicture {
  let reads = 0;
  return {
    sha256: sha256Of(bytes),
    format: 'png',
    reads: () => reads,
    read: async () => {
      reads += 1;
      return bytes;
    },
  };
}

function failing(bytes: Uint8Array, error: Error): PictureSource {
  return { ...picture(bytes), read: () => Promise.reject(error) };
}

/** The contract of every comparator. `create` makes one that takes pictures of up to 10,000 pixels. */
export function comparatorContract(create: () => Comparator): void {
  async function withComparator<T>(work: (comparator: Comparator) => Promise<T>): Promise<T> {
    const comparator = create();
    try {
      return await work(comparator);
    } finally {
      await comparator.close();
    }
  }

  describe('facts', () => {
    it.each([
      ['a picture', png(GREY, { width: 7, height: 3 }), { verdict: 'decodes', width: 7, height: 3 }],
      ['one that is cut short', cutPng(), { verdict: 'undecodable', detail: expect.any(String) }],
      [
        'one over the limit',
        png(GREY, { width: 200, height: 51 }),
        { verdict: 'too_large', detail: expect.any(String) },
      ],
    ])('are found for %s', async (_, bytes, fact) => {
      expect(await withComparator((comparator) => comparator.inspect(picture(bytes)))).toEqual(fact);
    });
  });

  describe('a comparison', () => {
    it('can be prepared repeatedly, before and between comparisons', async () => {
      await withComparator(async (comparator) => {
        await comparator.ready();
        await comparator.inspect(picture(ONE_PIXEL));
        await comparator.ready();
        expect(await comparator.inspect(picture(ONE_PIXEL))).toMatchObject({ verdict: 'decodes' });
      });
    });

    it('has the exact measurement, and reports a change only above the threshold', async () => {
      const [reference, image] = [picture(png(GREY)), picture(ONE_PIXEL)];
      const results = await withComparator((comparator) =>
        Promise.all([0, 4.999, 5].map((threshold) => comparator.compare(pair(reference, image), l2Above(threshold)))),
      );
      expect(results.map(({ kind, measurement }) => [kind, measurement])).toEqual([
        ['changed', 5],
        ['changed', 5],
        ['unchanged', 5],
      ]);
      expect(results.map(({ difference }) => difference === null)).toEqual([false, false, true]);
    });

    it('of equal pictures is unchanged at any threshold', async () => {
      const result = await withComparator((comparator) =>
        comparator.compare(pair(picture(png(GREY)), picture(png(GREY))), l2Above(0)),
      );
      expect(result).toEqual({ kind: 'unchanged', measurement: 0, regions: null, difference: null });
    });

    it('of different sizes is size_changed at any threshold, with a canvas that fits both', async () => {
      const [reference, image] = [
        picture(png(GREY, { width: 9, height: 2 })),
        picture(png(GREY, { width: 3, height: 8 })),
      ];
      await withComparator(async (comparator) => {
        const result = await comparator.compare(pair(reference, image), l2Above(1e9));
        expect(result).toMatchObject({ kind: 'size_changed', measurement: null });
        const difference = result.difference ?? new Uint8Array();
        const drawn = { ...picture(difference), format: 'jpg' } as const;
        expect(await comparator.inspect(drawn)).toEqual({ verdict: 'decodes', width: 9, height: 8 });
      });
    });

    it('draws the same difference image as difference() does, at any threshold', async () => {
      const [reference, image] = [picture(png(GREY)), picture(ONE_PIXEL)];
      await withComparator(async (comparator) => {
        const { difference } = await comparator.compare(pair(reference, image), l2Above(0));
        expect(await comparator.difference(pair(reference, image))).toEqual(difference);
        expect(difference?.slice(0, 3)).toEqual(Uint8Array.of(0xff, 0xd8, 0xff));
      });
    });
  });

  describe('an error of read()', () => {
    it.each(['store_unavailable', 'object_missing', 'disk_full'] as const)('is thrown unchanged: %s', async (code) => {
      const error = new ImgpipeError(code, 'as it was thrown');
      await withComparator(async (comparator) => {
        const [good, bad] = [picture(png(GREY)), failing(ONE_PIXEL, error)];
        await expect(comparator.inspect(bad)).rejects.toBe(error);
        await expect(comparator.compare(pair(good, bad), l2Above(0))).rejects.toBe(error);
        await expect(comparator.compare(pair(bad, good), l2Above(0))).rejects.toBe(error);
        await expect(comparator.difference(pair(bad, good))).rejects.toBe(error);
      });
    });

    it('is not a verdict: the picture decodes once it can be read', async () => {
      await withComparator(async (comparator) => {
        await expect(comparator.inspect(failing(ONE_PIXEL, new Error('away')))).rejects.toThrow('away');
        expect(await comparator.inspect(picture(ONE_PIXEL))).toMatchObject({ verdict: 'decodes' });
      });
    });
  });

  it('reads each picture once while its pixels are cached', async () => {
    const [reference, image] = [picture(png(GREY)), picture(ONE_PIXEL)];
    await withComparator(async (comparator) => {
      await comparator.inspect(reference);
      await comparator.inspect(image);
      await comparator.compare(pair(reference, image), l2Above(0));
      await comparator.difference(pair(reference, image));
    });
    expect([reference.reads(), image.reads()]).toEqual([1, 1]);
  });
}
