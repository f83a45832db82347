import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createCaptureReader } from '../../../src/adapters/pixels/capture/read-capture.ts';
import { createComparator } from '../../../src/adapters/pixels/comparator.ts';
import { createPictureCache } from '../../../src/adapters/pixels/picture-cache.ts';
import { createPixelPool } from '../../../src/adapters/pixels/workers/pixel-pool.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import type { Bomb } from '../../support/bombs/bomb.ts';
import { JPEG_BOMBS, SLOW_BOMBS } from '../../support/bombs/jpeg-bombs.ts';
import { BMP_BOMBS, GIF_BOMBS, TIFF_BOMBS, WEBP_BOMBS } from '../../support/bombs/other-bombs.ts';
import { PNG_BOMBS } from '../../support/bombs/png-bombs.ts';
import { imgpipe, ROOT } from '../../support/imgpipe.ts';
import { memoryInUse } from '../../support/memory.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const BOMBS = [...JPEG_BOMBS, ...PNG_BOMBS, ...WEBP_BOMBS, ...GIF_BOMBS, ...BMP_BOMBS, ...TIFF_BOMBS];
const LIMITS = { maxPixels: 64e6, maxMemory: 1024e6 };
/** The default of max_picture_time. */
const MAX_TIME_MS = 30_000;
const MAX_GROWTH = 150e6;

function comparatorWithin(maxTimeMs: number) {
  const executor = createPixelPool({ workers: 1, maxTimeMs, maxMemory: LIMITS.maxMemory, inlineMemory: 0 });
  return createComparator({ ...LIMITS, executor, cache: createPictureCache(0) });
}

/** The verdict on a bomb, and what it says. */
async function answerTo({ make, format }: Bomb, comparator: ReturnType<typeof createComparator>) {
  const bytes = make();
  const fact = await comparator.inspect({ sha256: sha256Of(bytes), format, read: async () => bytes });
  const says = fact.verdict === 'decodes' ? fact.notes?.join('; ') : fact.detail;
  return { verdict: fact.verdict, says: says ?? '' };
}

describe('a bomb', () => {
  const comparator = comparatorWithin(MAX_TIME_MS);
  afterAll(() => comparator.close());

  it.each(BOMBS)('of $format is answered in a thread: $name ($verdict)', async (bomb) => {
    const { verdict, says } = await answerTo(bomb, comparator);
    expect({ verdict, says }).toEqual({ verdict: bomb.verdict, says: expect.stringMatching(bomb.says ?? /^/) });
    // Nothing on this list is answered only because its time is up.
    expect(says).not.toContain('max_picture_time');
  });

  it.each(SLOW_BOMBS)('that takes too long is ended: $name', async (bomb) => {
    const impatient = comparatorWithin(1000);
    const { verdict, says } = await answerTo(bomb, impatient);
    await impatient.close();
    expect({ verdict, says }).toEqual({ verdict: bomb.verdict, says: expect.stringMatching(bomb.says ?? /^/) });
  });

  it('leaves no memory behind', async () => {
    const before = memoryInUse();
    // All of them have been answered once before.
    for (const bomb of BOMBS.filter((_, index) => index % 3 === 0)) await answerTo(bomb, comparator);
    expect(memoryInUse() - before).toBeLessThan(MAX_GROWTH);
  }, 600_000);

  it('is searched for its time of capture without trouble', () => {
    const read = createCaptureReader({});
    for (const { make, format } of BOMBS) {
      expect(read({ bytes: make(), format, origin: 'a', modifiedAt: undefined })).toBeNull();
    }
  });

  it.each([
    'a million quantization tables',
    '900 megapixels of one bit',
    '268 megapixels of no bits',
    'a frame far beyond its canvas',
    'runs far beyond the end of a row',
    'a strip that inflates to 1 GiB',
  ])('is answered by the command compare: %s', async (name) => {
    const { format, make, says = /^$/ } = BOMBS.find((each) => each.name === name) as Bomb;
    const file = path.join(temporaryFolder(), `bomb.${format}`);
    writeFileSync(file, make());
    const { status, stderr } = await imgpipe(['compare', file, path.join(ROOT, 'image_original/original_image.jpg')]);
    expect(status).toBe(2);
    const [, message] = stderr.trimEnd().split(`imgpipe: ${file}: `);
    expect(message).toMatch(says);
  });
});
