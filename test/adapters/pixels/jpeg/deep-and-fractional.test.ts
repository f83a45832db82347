import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePicture } from '../../../../src/adapters/pixels/codec.ts';
import { createJpegDecoder, type JpegDecoder } from '../../../../src/adapters/pixels/jpeg/kernel-decoder.ts';
import { needOf } from '../../../../src/adapters/pixels/limits.ts';
import { COUNTS, describeJpeg, type JpegDescription, type JpegSet } from '../../../support/jpegs/description.ts';
import { digestsOf } from '../../../support/jpegs/digests.ts';
import { makeJpeg } from '../../../support/jpegs/file.ts';
import { wrongFiles } from '../../../support/jpegs/wrong-files.ts';

const LIMITS = { maxPixels: 1e6 };
const decode = (file: Uint8Array) => decodePicture(file, 'jpg', LIMITS);

/** Some of the set's files, with 57 × 49 pixels. */
function largeFiles(
  set: JpegSet,
  wanted: (description: JpegDescription) => boolean,
  changes: Partial<JpegDescription> = {},
): Buffer[] {
  const descriptions = Array.from({ length: 400 }, (_, index) => describeJpeg(set, index)).filter(wanted);
  return descriptions.map((description) => makeJpeg({ ...description, ...changes, width: 57, height: 49 }));
}

const sequential = largeFiles('12-bits', ({ progressive, scans }) => !progressive && scans.length === 1).slice(0, 20);
const progressive = largeFiles('12-bits', (description) => description.progressive).slice(0, 20);

it.each<[JpegSet, string]>([
  ['12-bits', 'libjpeg-turbo 3'],
  ['fractional', 'Pillow, component by component'],
])('every file of the set %s decodes to the same samples as with %s', (set) => {
  expect(digestsOf(set)).toHaveLength(COUNTS[set]);
  expect(wrongFiles(set)).toEqual([]);
});

describe('a JPEG with 12 bits per sample', () => {
  it('has levels that are the high bytes of its samples', async () => {
    const { data, samples16 } = await decode(sequential[0] ?? Buffer.alloc(0));
    expect([...data]).toEqual([...(samples16 ?? [])].map((sample) => sample >> 8));
  });

  it('is decoded into the memory that it is given, as much as its header was found to need', async () => {
    for (const file of [...sequential, ...progressive]) {
      const { pixels } = needOf(file, 'jpg', LIMITS);
      const memory = new Uint8Array(new SharedArrayBuffer(pixels));
      const { data, samples16 } = await decodePicture(file, 'jpg', LIMITS, (bytes) => {
        expect(bytes).toBe(pixels);
        return memory;
      });
      expect([data.buffer, samples16?.buffer]).toEqual([memory.buffer, memory.buffer]);
    }
  });

  it('has a note if its end marker is missing, and all of its samples', async () => {
    const file = progressive[0] ?? Buffer.alloc(0);
    const [whole, odd] = [await decode(file), await decode(file.subarray(0, -2))];
    expect(odd.notes).toEqual(['the end marker (EOI) is missing']);
    expect(odd.samples16).toEqual(whole.samples16);
  });

  it('is never decoded if it is cut short', () => {
    const decoder = createJpegDecoder(12) as JpegDecoder;
    for (const file of [sequential[1], progressive[1]]) {
      for (let length = 2; length < (file?.length ?? 0) - 2; length += 7) {
        const cut = file?.subarray(0, length) ?? Buffer.alloc(0);
        const attempt = () => decoder(cut, { height: 49, acceptsDamage: false })?.width;
        try {
          expect(attempt()).toBeUndefined();
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'undecodable', message: expect.stringContaining('cut short') });
        }
      }
    }
  });

  it('ends in bounded time, whatever its bytes are', () => {
    const decoder = createJpegDecoder(12) as JpegDecoder;
    const mutations = fc.record({
      file: fc.constantFrom(...sequential, ...progressive),
      changes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
    });
    fc.assert(
      fc.property(mutations, ({ file, changes }) => {
        const copy = Buffer.from(file);
        for (const [at, value] of changes) copy[at % copy.length] = value;
        const frame = Math.max(file.indexOf('ffc1', 0, 'hex'), file.indexOf('ffc2', 0, 'hex'));
        if (copy.readUInt32BE(frame + 5) !== file.readUInt32BE(frame + 5)) return;
        try {
          const pixels = decoder(copy, { height: 49, acceptsDamage: true });
          if (pixels !== undefined) expect(pixels.samples16?.length).toBe(57 * 49 * 3);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'undecodable' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** The second half of the data is missing. */
function halfOf(file: Buffer): Buffer {
  const scan = file.indexOf('ffda', 0, 'hex');
  return file.subarray(0, scan + Math.floor((file.length - scan) / 2));
}

/** The second restart interval has lost its last bytes. */
function withLoss(file: Buffer): Buffer {
  const end = file.indexOf('ffd1', file.indexOf('ffda', 0, 'hex'), 'hex');
  return Buffer.concat([file.subarray(0, Math.max(end - 6, file.indexOf('ffd0', 0, 'hex') + 2)), file.subarray(end)]);
}

it.each<[string, JpegSet, (file: Buffer) => Buffer]>([
  ['12 bits, cut short', '12-bits', halfOf],
  ['12 bits, with a loss', '12-bits', withLoss],
  ['fractional sampling factors, cut short', 'fractional', halfOf],
  ['fractional sampling factors, with a loss', 'fractional', withLoss],
])('the pixels that are whole of a damaged file are those of the whole file: %s', async (_, set, damaged) => {
  const files = largeFiles(set, (each) => !each.progressive, { restartInterval: 1 });
  let [damagedPixels, wholePixels] = [0, 0];
  for (const file of files.slice(0, 150)) {
    const [all, rest] = [
      await decode(file),
      await decodePicture(damaged(file), 'jpg', { ...LIMITS, acceptsDamage: true }),
    ];
    const { whole = new Uint8Array(57 * 49).fill(1) } = rest;
    const wrong = whole.findIndex((each, pixel) =>
      [0, 1, 2].some((channel) => {
        const at = pixel * 3 + channel;
        return each === 1 && (rest.samples16 ?? rest.data)[at] !== (all.samples16 ?? all.data)[at];
      }),
    );
    expect(wrong).toBe(-1);
    for (const each of whole) each === 1 ? wholePixels++ : damagedPixels++;
  }
  expect(Math.min(damagedPixels, wholePixels)).toBeGreaterThan(10_000);
});
