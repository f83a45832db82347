import { describe, expect, it, vi } from 'vitest';
import { readJpegHeader } from '../../../../src/adapters/pixels/jpeg/header.ts';
import { decodeWithLibjpeg } from '../../../../src/adapters/pixels/jpeg/libjpeg.ts';
import type * as instances from '../../../../src/adapters/pixels/jpeg/libjpeg-instance.ts';
import { isMemoryTrouble } from '../../../../src/adapters/pixels/memory-errors.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { expected, fixture } from '../../../fixtures/pictures/expected.ts';

/** What the next instances throw when they decode, one after the other. */
const troubles = vi.hoisted((): unknown[] => []);

vi.mock('../../../../src/adapters/pixels/jpeg/libjpeg-instance.ts', async (original) => {
  const { createInstance } = await original<typeof instances>();
  return {
    createInstance: () => {
      const instance = createInstance();
      const trouble = troubles.shift();
      if (trouble !== undefined) {
        instance.decoder.decode = () => {
          throw trouble;
        };
      }
      return instance;
    },
  };
});

class RuntimeError extends Error {
  override name = 'RuntimeError';
}

const trap = new RuntimeError('memory access out of bounds');
const noMemory = new RangeError('WebAssembly.Memory(): could not allocate memory');
const NAME = 'baseline-420.jpg';

/** Decodes with a codec that has no instance yet. */
async function decodeAfresh() {
  vi.resetModules();
  const { decodePicture } = await import('../../../../src/adapters/pixels/codec.ts');
  return () => decodePicture(fixture(NAME), 'jpg', { maxPixels: 64e6 });
}

it('refuses a picture that comes out in another size than its header says', () => {
  const header = readJpegHeader(fixture(NAME));
  expect(decodeWithLibjpeg(fixture(NAME), { ...header, width: header.width + 1 })).toEqual({ refused: 'pixels' });
});

describe('an instance of libjpeg that breaks', () => {
  it('is followed by another, on which the same bytes decode', async () => {
    troubles.push(trap);
    const decode = await decodeAfresh();
    expect(sha256Of((await decode()).data)).toBe(expected.decoded[NAME]?.sha256);
    expect(troubles).toEqual([]);
  });

  it('is what the bytes are blamed for when the next one breaks too', async () => {
    troubles.push(trap, trap);
    const decode = await decodeAfresh();
    await expect(decode()).rejects.toMatchObject({ code: 'undecodable', cause: trap });
    expect(sha256Of((await decode()).data)).toBe(expected.decoded[NAME]?.sha256);
  });

  it('for want of memory is no verdict on the bytes', async () => {
    // The second is a thrown C++ object that is no message, as std::bad_alloc is.
    for (const [thrown, seen] of [
      [noMemory, noMemory.message],
      [8, 'libjpeg-turbo is out of memory'],
    ] as const) {
      troubles.push(thrown, thrown);
      const decode = await decodeAfresh();
      const error: unknown = await decode().catch((caught: unknown) => caught);
      expect(error).not.toHaveProperty('code');
      expect(error).toMatchObject({ message: seen });
      expect(sha256Of((await decode()).data)).toBe(expected.decoded[NAME]?.sha256);
    }
  });

  it('is told from other errors by what it says', () => {
    expect(isMemoryTrouble(noMemory)).toBe(true);
    expect(isMemoryTrouble(new RangeError('Array buffer allocation failed'))).toBe(true);
    expect(isMemoryTrouble(new RangeError('The value of "offset" is out of range.'))).toBe(false);
    expect(isMemoryTrouble(new Error('cannot allocate a colour'))).toBe(false);
  });
});
