import { expect, it, vi } from 'vitest';
import { decodePng } from '../../../../src/adapters/pixels/png/decoder.ts';
import { createSimdUnfilter } from '../../../../src/adapters/pixels/png/unfilter.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { bundled } from '../../../fixtures/pictures/bundle.ts';

/** A machine without WebAssembly SIMD. */
vi.mock('../../../../src/base/kernels.ts', () => ({ createKernel: () => undefined }));

it('a machine without SIMD decodes every kind of PNG', async () => {
  expect(createSimdUnfilter()).toBeUndefined();
  for (const { name, bytes, sha256: right } of bundled().filter((one) => one.name.endsWith('.png'))) {
    expect(sha256Of((await decodePng(bytes, { maxPixels: 64e6 })).data), name).toBe(right);
  }
});
