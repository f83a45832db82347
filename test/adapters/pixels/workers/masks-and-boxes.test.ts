import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { boxedPicture } from '../../../../src/adapters/pixels/boxed-picture.ts';
import { decodePicture } from '../../../../src/adapters/pixels/codec.ts';
import { checkedMask } from '../../../../src/adapters/pixels/mask-file.ts';
import { encodePng } from '../../../../src/adapters/pixels/png/encoder.ts';
import { createPixelPool } from '../../../../src/adapters/pixels/workers/pixel-pool.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { fixture } from '../../../fixtures/pictures/expected.ts';
import { ROOT } from '../../../support/imgpipe.ts';
import { png } from '../../../support/pictures.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

const TROUBLED_WORKER = path.join(ROOT, 'test/support/programs/troubled-worker.js');
const LIMITS = { maxPixels: 1e6 };
const PICTURE = png([9, 9, 9]);

/** Threads that hang on PICTURE. */
function hanging() {
  vi.stubEnv('TROUBLE', 'hang');
  vi.stubEnv('TROUBLE_WITH', sha256Of(PICTURE));
  vi.stubEnv('TROUBLE_TIMES', '9');
  const log = path.join(temporaryFolder(), 'log');
  writeFileSync(log, '');
  vi.stubEnv('TROUBLE_LOG', log);
  return createPixelPool({ workers: 1, maxTimeMs: 300, program: TROUBLED_WORKER, inlineMemory: 0 });
}

afterEach(() => {
  vi.unstubAllEnvs();
});

it('a mask that takes longer than a picture may is invalid', async () => {
  const executor = hanging();
  await expect(checkedMask('mask.png', PICTURE, { ...LIMITS, executor })).rejects.toMatchObject({
    code: 'config_invalid',
    message: 'mask: mask.png is not a valid mask: decoding takes longer than the limit (max_picture_time)',
  });
  await executor.close();
});

it('a picture that takes longer than it may gets no boxes', async () => {
  const executor = hanging();
  await expect(boxedPicture({ bytes: PICTURE, format: 'png' }, [], { ...LIMITS, executor })).rejects.toMatchObject({
    code: 'too_large',
    message: 'decoding takes longer than the limit (max_picture_time)',
  });
  await executor.close();
});

it('a mask that is no PNG is stored as one, with the same pixels', async () => {
  const executor = createPixelPool({ workers: 1, maxTimeMs: 30_000, inlineMemory: 0 });
  const jpeg = fixture('baseline-420.jpg');
  const stored = await checkedMask('mask.jpg', jpeg, { ...LIMITS, executor });
  expect(Buffer.from(stored).equals(encodePng(await decodePicture(jpeg, 'jpg', LIMITS)))).toBe(true);
  const black = png([0, 0, 0]);
  await expect(checkedMask('mask.png', black, { ...LIMITS, executor })).rejects.toThrow(/all black/);
  await executor.close();
});
