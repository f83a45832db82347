import { describe, expect, it, vi } from 'vitest';
import { readJpegHeader } from '../../../../src/adapters/pixels/jpeg/header.ts';
import { isOutOfMemory } from '../../../../src/adapters/pixels/jpeg/jimp.ts';
import { decodeWithLibjpeg } from '../../../../src/adapters/pixels/jpeg/libjpeg.ts';
import type * as instances from '../../../../src/adapters/pixels/jpeg/libjpeg-instance.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { expected, fixture } from '../../../fixtures/pictures/expected.ts';

/** The errors that the next instances throw in `decode`, in order. */
const faults = vi.hoisted((): unknown[] => []);

vi.mock('../../../../src/adapters/pixels/jpeg/libjpeg-instance.ts', async (original) => {
  const { createInstance } = await original<typeof instances>();
  return {
    createInstance: () => {
      const instance = createInstance();
      const fault = faults.shift();
      if (fault !== undefined) {
        instance.decoder.decode = () => {
          throw fault;
        };
      }
      return instance;
    },
  };
});

// Everything is left to libjpeg.
vi.mock('../../../../src/adapters/pixels/jpeg/kernel-decoder.ts', () => ({ createJpegDecoder: () => undefined }));

class RuntimeError extends Error {
  override name = 'RuntimeError';
}

const trap = new RuntimeError('memory access out of bounds');
const noMemory = new RangeError('WebAssembly.Memory(): could not allocate memory');
const NAME = 'baseline-420.jpg';

/** A decoder that has no instance yet. */
async function newDecoder() {
  vi.resetModules();
  const { decodePicture } = await import('../../../../src/adapters/pixels/codec.ts');
  return () => decodePicture(fixture(NAME), 'jpg', { maxPixels: 64e6 });
}

it('a picture whose decoded size differs from its header is refused', () => {
  const header = readJpegHeader(fixture(NAME));
  expect(decodeWithLibjpeg(fixture(NAME), { ...header, width: header.width + 1 })).toEqual({ refused: 'pixels' });
});

describe('an instance of libjpeg that crashes', () => {
  it('is replaced, and the same bytes decode', async () => {
    faults.push(trap);
    const decode = await newDecoder();
    expect(sha256Of((await decode()).data)).toBe(expected.decoded[NAME]?.sha256);
    expect(faults).toEqual([]);
  });

  it('makes the bytes undecodable if the next one crashes as well', async () => {
    faults.push(trap, trap);
    const decode = await newDecoder();
    await expect(decode()).rejects.toMatchObject({ code: 'undecodable', cause: trap });
    expect(sha256Of((await decode()).data)).toBe(expected.decoded[NAME]?.sha256);
  });

  it('for lack of memory is not a verdict on the bytes', async () => {
    // The second is a C++ exception that is not a string, such as std::bad_alloc.
    for (const [thrown, seen] of [
      [noMemory, noMemory.message],
      [8, 'libjpeg-turbo is out of memory'],
    ] as const) {
      faults.push(thrown, thrown);
      const decode = await newDecoder();
      const error: unknown = await decode().catch((caught: unknown) => caught);
      expect(error).not.toHaveProperty('code');
      expect(error).toMatchObject({ message: seen });
      expect(sha256Of((await decode()).data)).toBe(expected.decoded[NAME]?.sha256);
    }
  });

  it('for lack of memory is recognized by its message', () => {
    expect(isOutOfMemory(noMemory)).toBe(true);
    expect(isOutOfMemory(new RangeError('Array buffer allocation failed'))).toBe(true);
    expect(isOutOfMemory(new RangeError('The value of "offset" is out of range.'))).toBe(false);
    expect(isOutOfMemory(new Error('cannot allocate a colour'))).toBe(false);
  });
});
