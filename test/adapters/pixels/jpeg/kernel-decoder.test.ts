import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJpegHeader } from '../../../../src/adapters/pixels/jpeg/header.ts';
import { createJpegDecoder, type JpegDecoder } from '../../../../src/adapters/pixels/jpeg/kernel-decoder.ts';
import { decodeWithLibjpeg } from '../../../../src/adapters/pixels/jpeg/libjpeg.ts';
import { createInstance } from '../../../../src/adapters/pixels/jpeg/libjpeg-instance.ts';
import type { Pixels } from '../../../../src/analysis/pixels.ts';
import { sha256Of } from '../../../../src/base/digest.ts';
import { expected, fixture } from '../../../fixtures/pictures/expected.ts';

const decoder = createJpegDecoder(8) as JpegDecoder;
const PICTURE = { height: 0, acceptsDamage: false };
const decode = (file: Uint8Array) => decoder(file, PICTURE);
const { encoder } = createInstance();

/** TurboJPEG's numbers of chroma subsampling. */
const SAMPLINGS = { '4:4:4': 0, '4:2:2': 1, '4:2:0': 2, '4:4:0': 4, '4:1:1': 5 } as const;

interface Encoding {
  readonly quality: number;
  readonly sampling: keyof typeof SAMPLINGS;
  readonly progressive: boolean;
}

/** A file that libjpeg makes of a picture. */
function encodedByLibjpeg({ width, height, data }: Pixels, { quality, sampling, progressive }: Encoding): Uint8Array {
  encoder.setQuality(quality);
  encoder.setSubSampling(SAMPLINGS[sampling]);
  encoder.setProgressive(progressive ? 1 : 0);
  // Its output buffer has the size of its input, and a small picture needs more: declare that.
  const bytesPerPixel = 3 + Math.ceil(8192 / (width * height));
  const bytesPerSample = Math.ceil(bytesPerPixel / 200);
  const componentCount = Math.ceil(bytesPerPixel / bytesPerSample);
  const frame = { width, height, componentCount, bitsPerSample: bytesPerSample * 8, isSigned: false };
  encoder.getDecodedBuffer(frame).set(data);
  encoder.encode();
  return new Uint8Array(encoder.getEncodedBuffer());
}

/** Noise, or a gradient with edges. */
function picture(width: number, height: number, kind: 'noise' | 'edges', seed: number): Pixels {
  let state = seed | 1;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    if (kind === 'noise') return state >> 16;
    const pixel = Math.floor(index / 3);
    return ((pixel % width) * 5 + Math.floor(pixel / width) * 3 + (pixel % 11 < 4 ? 120 : 0)) & 255;
  });
  return { width, height, data };
}

describe('the decoder with a kernel', () => {
  it('decodes every fixture to the same pixels as Pillow, without a note', () => {
    const names = readdirSync(new URL('../../../fixtures/pictures', import.meta.url)).filter((name) =>
      name.endsWith('.jpg'),
    );
    const results = names.map((name) => [name, decode(fixture(name))] as const);
    expect(results.filter(([, pixels]) => pixels === undefined || pixels.notes !== undefined)).toEqual([]);
    const upright = results.filter(([name]) => expected.decoded[name] !== undefined && !name.startsWith('exif-'));
    expect(upright.length).toBeGreaterThan(25);
    for (const [name, pixels] of upright) {
      if (pixels !== undefined) expect([name, sha256Of(pixels.data)]).toEqual([name, expected.decoded[name]?.sha256]);
    }
  });

  it('gives the same pixels as libjpeg for any size, quality, sampling and kind of scan', () => {
    const files = fc.record({
      width: fc.integer({ min: 1, max: 70 }),
      height: fc.integer({ min: 1, max: 70 }),
      kind: fc.constantFrom('noise', 'edges'),
      seed: fc.integer(),
      quality: fc.constantFrom(1, 10, 50, 75, 90, 100),
      sampling: fc.constantFrom(...(Object.keys(SAMPLINGS) as (keyof typeof SAMPLINGS)[])),
      progressive: fc.boolean(),
    });
    fc.assert(
      fc.property(files, ({ width, height, kind, seed, ...encoding }) => {
        const file = encodedByLibjpeg(picture(width, height, kind, seed), encoding);
        const [own, other] = [decode(file), decodeWithLibjpeg(file, readJpegHeader(file)) as Pixels];
        expect([own?.width, own?.height, own?.notes]).toEqual([other.width, other.height, undefined]);
        // Comparing them as arrays takes much longer.
        expect(sha256Of(own?.data ?? new Uint8Array())).toBe(sha256Of(other.data));
      }),
      { numRuns: 600 },
    );
  });

  it('writes the pixels into the memory that it is given', () => {
    const data = new Uint8Array(75 * 53 * 3);
    expect(decoder(fixture('baseline-420.jpg'), PICTURE, () => data)?.data).toBe(data);
  });
});

describe('what the kernel cannot decode', () => {
  const baseline = fixture('baseline-420.jpg');
  const progressive = fixture('progressive-420.jpg');
  const restarts = fixture('restart-markers.jpg');
  const set = (marker: number, offset: number, value: number) => {
    const copy = Buffer.from(baseline);
    const at = copy.indexOf(Buffer.of(0xff, marker));
    expect(at).toBeGreaterThan(0);
    copy[at + offset] = value;
    return copy;
  };

  it.each<[string, Buffer]>([
    ['lossless coding', set(0xc0, 1, 0xc3)],
    ['samples of 12 bits', set(0xc0, 4, 12)],
    ['a second frame', Buffer.concat([baseline.subarray(0, -2), baseline.subarray(2)])],
    ['a Huffman table that is not there', set(0xda, 6, 0x33)],
    ['a component that is not there', set(0xda, 5, 9)],
    ['a quantization step of 0', set(0xdb, 9, 0)],
  ])('is left to another decoder: %s', (what, file) => {
    // Whatever follows a whole picture is a trailer.
    if (what === 'a second frame') expect(decode(file)?.notes).toHaveLength(1);
    else expect(decode(file)).toBeUndefined();
    // Nothing of it stays behind.
    expect(sha256Of(decode(baseline)?.data ?? new Uint8Array())).toBe(expected.decoded['baseline-420.jpg']?.sha256);
  });

  it.each([
    ['baseline', baseline],
    ['progressive', progressive],
    ['with restarts', restarts],
  ])('is never a picture that is cut short: %s', (_, file) => {
    for (let length = 2; length < file.length - 2; length += 7) {
      expect(() => decode(file.subarray(0, length)) ?? fails(), String(length)).toThrow(/cut short|left to another/);
    }
  });

  it('is found in bounded time, whatever the bytes are', () => {
    const mutations = fc.record({
      file: fc.constantFrom(baseline, progressive, restarts, fixture('cmyk.jpg')),
      changes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(mutations, ({ file, changes }) => {
        const copy = Buffer.from(file);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        // Callers refuse pictures over the size limit before they are decoded.
        const frame = Math.max(file.indexOf(Buffer.of(0xff, 0xc0)), file.indexOf(Buffer.of(0xff, 0xc2)));
        if (copy.readUInt32BE(frame + 5) !== file.readUInt32BE(frame + 5)) return;
        try {
          const pixels = decode(copy);
          if (pixels !== undefined) expect(pixels.data.length).toBe(pixels.width * pixels.height * 3);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'undecodable' });
        }
      }),
      { numRuns: 3000 },
    );
  });

  function fails(): never {
    throw new Error('left to another decoder');
  }
});
