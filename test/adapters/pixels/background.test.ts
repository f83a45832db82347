import { describe, expect, it } from 'vitest';
import type { Background } from '../../../src/adapters/pixels/background.ts';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { createComparator } from '../../../src/adapters/pixels/comparator.ts';
import { checkedMask } from '../../../src/adapters/pixels/mask-file.ts';
import { INLINE_EXECUTOR } from '../../../src/adapters/pixels/workers/pixel-executor.ts';
import { createPixelPool } from '../../../src/adapters/pixels/workers/pixel-pool.ts';
import { L2 } from '../../../src/analysis/techniques.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { oddPicture } from '../../fixtures/odd-pictures/odd-pngs.ts';
import { fixture } from '../../fixtures/pictures/expected.ts';

const MEASURE = { technique: L2.id, threshold: { value: 2000, unit: L2.unit } };
const BLACK: Background = [0, 0, 0];
const BLUE: Background = [16, 32, 240];

function source(bytes: Uint8Array) {
  return { sha256: sha256Of(bytes), format: 'png' as const, read: async () => bytes };
}

describe('the background', () => {
  // NumPy's, from Pillow's RGBA; from libpng's for grey4-trns, of which Pillow takes the value for one of 8 bits.
  it.each([
    ['rgba8.png', 'eedce6fa0419150f4f4e4e5eeea5a7e1222e61e47ecf1828659bf4e8b424d76f'],
    ['rgba8-interlaced.png', '5b914182cca0f849d50e9a6e0ead6864d0be470955ca54b9c0882a9f6b268091'],
    ['grey8-alpha.png', '588abc7b9fdc441ad7c7ceb0740a7af4482f54c82b11d41f5caef774e01fa2d7'],
    ['palette4-trns.png', '1fb405f5b55dabe873e434c6f03f3b9df2527f1121f1a047aa09ff0dd9a8aabb'],
    ['palette8-trns-interlaced.png', 'eb63f007db3a65bd505c1baf1c33cb1d86d30a4c5429d5e4933c0711a07a165d'],
    ['rgb8-trns.png', '9db914c2eb2c25851977d387445affe8faba777b5fd279f1d21ff0655a095561'],
    ['grey4-trns.png', '6eed56616e56afe6a4bc0e885985a9db150c79e3c53ef5322d6e634f7d9b20e6'],
  ])('is under the transparent parts of %s', async (name, digest) => {
    const { data } = await decodePicture(fixture(name), 'png', { maxPixels: 64e6, background: BLUE });
    expect(sha256Of(data)).toBe(digest);
  });

  it.each([
    ['on this thread', undefined],
    ['in a worker', createPixelPool({ workers: 1, maxTimeMs: 60_000, inlineMemory: 0 })],
  ])('decides whether a difference in alpha alone counts: %s', async (_, executor) => {
    const [reference, image] = [
      source(oddPicture('png-alpha-of-white.a.png')),
      source(oddPicture('png-alpha-of-white.b.png')),
    ];
    const measured = [];
    for (const background of [undefined, BLACK, BLUE]) {
      const comparator = createComparator({ maxPixels: 64e6, background, ...(executor && { executor }) });
      measured.push(await comparator.compare({ reference, image, mask: undefined }, MEASURE, { draw: false }));
      if (executor === undefined || background === BLUE) await comparator.close();
    }
    expect(measured.map(({ kind, measurement }) => [kind, measurement])).toEqual([
      ['unchanged', 0],
      ['changed', 6096],
      ['changed', 4513.957022391773],
    ]);
  });

  it('is white for a mask: its transparent parts are not ignored', async () => {
    // All of it is white, and half transparent.
    const white = oddPicture('png-alpha-of-white.a.png');
    const comparator = createComparator({ maxPixels: 64e6, background: BLACK });
    const [reference, image] = [source(white), source(oddPicture('png-alpha-of-white.b.png'))];
    const { measurement } = await comparator.compare({ reference, image, mask: source(white) }, MEASURE);
    expect(measurement).toBe(6096);
    const options = { maxPixels: 64e6, executor: INLINE_EXECUTOR };
    expect(await checkedMask('mask.png', white, options)).toBe(white);
    await comparator.close();
  });
});
