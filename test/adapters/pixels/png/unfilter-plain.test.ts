import { expect, it, vi } from 'vitest';
import { decodePng } from '../../../../src/adapters/pixels/png/decoder.ts';
import type * as simd from '../../../../src/adapters/pixels/png/unfilter-simd.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { bundled } from '../../../fixtures/pictures/bundle.ts';

/** A machine whose WebAssembly has no vectors. */
vi.mock('../../../../src/adapters/pixels/png/unfilter-simd.ts', async (original) => {
  const { createSimd } = await original<typeof simd>();
  const { validate } = WebAssembly;
  WebAssembly.validate = () => false;
  const none = createSimd();
  WebAssembly.validate = validate;
  return { createSimd: () => none, none };
});

it('a machine without vectors reads every kind of PNG too', async () => {
  expect(await import('../../../../src/adapters/pixels/png/unfilter-simd.ts')).toMatchObject({ none: undefined });
  for (const { name, bytes, sha256: right } of bundled().filter((one) => one.name.endsWith('.png'))) {
    expect(sha256Of(decodePng(bytes, { maxPixels: 64e6 }).data), name).toBe(right);
  }
});
