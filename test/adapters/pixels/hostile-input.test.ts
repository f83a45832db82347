import { deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodePicture } from '../../../src/adapters/pixels/codec.ts';
import { sha256Of } from '../../../src/base/digest.ts';
import { ImgpipeError } from '../../../src/domain/errors.ts';
import type { PictureFormat } from '../../../src/domain/records.ts';
import { expected, fixture } from '../../fixtures/pictures/expected.ts';
import { withFrameSize, withRepeatedScan } from '../../support/hostile-pictures.ts';
import { chunk, ihdr, png } from '../../support/png-files.ts';

const LIMITS = { maxPixels: 64e6 };

/** The digest of the pixels, or the error code. Fails on any other error. */
async function verdict(bytes: Uint8Array, format: PictureFormat, limits = LIMITS): Promise<string> {
  try {
    return sha256Of((await decodePicture(bytes, format, limits)).data);
  } catch (thrown) {
    if (!(thrown instanceof ImgpipeError)) throw thrown;
    expect(thrown.message).toMatch(/^[a-z][^\n]*[^.\n]$/);
    return thrown.code;
  }
}

/** The verdict on a PNG, and the number of its notes. */
async function verdictWithNotes(bytes: Uint8Array): Promise<{ verdict: string; notes: number }> {
  const found = await verdict(bytes, 'png');
  if (found.length !== 64) return { verdict: found, notes: 0 };
  return { verdict: found, notes: (await decodePicture(bytes, 'png', LIMITS)).notes?.length ?? 0 };
}

function randomBytes(length: number, seed: number): Uint8Array {
  let state = seed;
  return new Uint8Array(length).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

/** Truncated copies in steps of about 1 %, from empty to one byte of picture data less than the whole. */
function cuts(bytes: Buffer): Buffer[] {
  const cut = Array.from({ length: 100 }, (_, percent) =>
    bytes.subarray(0, Math.floor((bytes.length * percent) / 100)),
  );
  // After its data, a JPEG has two bytes of end marker and a PNG twelve.
  return [...cut.filter(({ length }) => length < bytes.length - 2), bytes.subarray(0, -3)];
}

/** Counts the WebAssembly instances that are created during an operation. */
async function countingInstances(work: () => Promise<void>): Promise<number> {
  const { Instance } = WebAssembly;
  let made = 0;
  class Counted extends Instance {
    constructor(module: object, imports: object) {
      super(module, imports);
      made++;
    }
  }
  Reflect.set(WebAssembly, 'Instance', Counted);
  await work();
  Reflect.set(WebAssembly, 'Instance', Instance);
  return made;
}

describe('bytes that are not a picture', () => {
  it.each<PictureFormat>(['jpg', 'png'])(
    'are undecodable, whether empty, random or after a header: %s',
    async (format) => {
      const head = fixture(format === 'jpg' ? 'baseline-420.jpg' : 'rgb8.png');
      expect(await verdict(new Uint8Array(0), format)).toBe('undecodable');
      for (let seed = 1; seed <= 40; seed++) {
        const random = randomBytes(seed * 50, seed);
        expect(await verdict(random, format)).toBe('undecodable');
        for (const length of [2, 3, 8, 20, 33, 150, 400]) {
          const bytes = Buffer.concat([head.subarray(0, length), random]);
          expect(['undecodable', 'too_large']).toContain(await verdict(bytes, format));
        }
      }
    },
  );

  it.each(['baseline-420.jpg', 'progressive-444.jpg', 'grey.jpg', 'cmyk.jpg', 'restart-markers.jpg'])(
    'that are truncated from %s are undecodable at every length',
    async (name) => {
      for (const cut of cuts(fixture(name))) expect(await verdict(cut, 'jpg')).toBe('undecodable');
    },
  );

  it.each(['baseline-420.jpg', 'grey.jpg', 'cmyk.jpg', 'sampling-3x1.jpg'])(
    'that are truncated from %s are undecodable also with an EOI marker appended',
    async (name) => {
      const bytes = fixture(name);
      const scan = bytes.indexOf('ffda', 0, 'hex') + 20;
      for (const cut of cuts(bytes).filter(({ length }) => length > scan && length < bytes.length - 12)) {
        expect(await verdict(Buffer.concat([cut, Buffer.from([0xff, 0xd9])]), 'jpg')).toBe('undecodable');
      }
    },
  );

  it.each(['rgb8.png', 'rgba8-interlaced.png', 'palette4.png', 'rgb16.png'])(
    'that are truncated from %s are undecodable, or only their end marker is missing',
    async (name) => {
      const whole = fixture(name);
      const found = await Promise.all(cuts(whole).map(verdictWithNotes));
      // The end of the data: its checksum, that of its chunk, and IEND.
      const end = whole.length - 20;
      const cut = cuts(whole).map(({ length }) => (length < end ? 'undecodable' : expected.decoded[name]?.sha256));
      expect(found.map(({ verdict: one }) => one)).toEqual(cut);
      expect(found.filter(({ notes }) => notes > 0).map(({ verdict: one }) => one)).toEqual(
        cut.filter((one) => one !== 'undecodable'),
      );
    },
  );

  it('are detected by a single corrupt byte of a PNG that a checksum covers', async () => {
    const bytes = fixture('rgb8.png');
    for (let at = 0; at < bytes.length; at += 7) {
      const corrupt = Buffer.from(bytes);
      corrupt.writeUInt8((corrupt.readUInt8(at) + 1) % 256, at);
      const found = await verdictWithNotes(corrupt);
      if (found.verdict === 'undecodable' || found.verdict === 'too_large') continue;
      // The chunk of the data seems to be longer, or IEND is corrupt: all of the picture is there.
      expect(found).toEqual({ verdict: expected.decoded['rgb8.png']?.sha256, notes: expect.any(Number) });
      expect(found.notes).toBeGreaterThan(0);
    }
  });

  it('are undecodable if they have a different format', async () => {
    expect(await verdict(fixture('rgb8.png'), 'jpg')).toBe('undecodable');
    expect(await verdict(fixture('grey.jpg'), 'png')).toBe('undecodable');
  });
});

describe('bytes after the end of a picture', () => {
  it.each(['baseline-420.jpg', 'rgb8.png', 'rgb8-interlaced.png'])('are ignored: %s', async (name) => {
    const bytes = Buffer.concat([fixture(name), randomBytes(500, 3)]);
    expect(await verdict(bytes, name.endsWith('.jpg') ? 'jpg' : 'png')).toBe(expected.decoded[name]?.sha256);
  });
});

describe('a picture over the limit', () => {
  beforeAll(() => verdict(fixture('grey.jpg'), 'jpg'));

  // Decoding any of these would take most of a minute.
  it('is refused based on its header', async () => {
    const jpeg = withFrameSize(fixture('baseline-420.jpg'), 30000, 30000);
    const flat = png(ihdr(30000, 30000, 1, 0, 0), chunk('IDAT', deflateSync(new Uint8Array(1e6))));
    for (let i = 0; i < 10; i++) {
      expect(await verdict(jpeg, 'jpg')).toBe('too_large');
      expect(await verdict(flat, 'png')).toBe('too_large');
    }
    await expect(decodePicture(jpeg, 'jpg', LIMITS)).rejects.toThrow(
      /^the picture is 30000 × 30000 = 900 megapixels, over the limit of 64 \(max_megapixels\)$/,
    );
  }, 10_000);

  it('is refused from the first pixel over the limit', async () => {
    const { width, height } = expected.decoded['grey.jpg'] ?? { width: 0, height: 0 };
    expect(await verdict(fixture('grey.jpg'), 'jpg', { maxPixels: width * height - 1 })).toBe('too_large');
    expect(await verdict(fixture('grey.jpg'), 'jpg', { maxPixels: width * height })).toHaveLength(64);
  });

  it('is one whose side is too long for a difference image', async () => {
    const thin = png(ihdr(1, 65501, 1, 0, 0), chunk('IDAT', deflateSync(new Uint8Array(2 * 65501))));
    expect(await verdict(thin, 'png')).toBe('too_large');
  });

  it('cannot hide behind a second header', async () => {
    const pixels = chunk('IDAT', deflateSync(new Uint8Array(8)));
    expect(await verdict(png(ihdr(1, 1, 8, 0, 0), ihdr(20000, 20000, 8, 6, 0), pixels), 'png')).toBe('undecodable');
    const frame = fixture('baseline-420.jpg');
    const at = frame.findIndex((byte, i) => byte === 0xff && frame[i + 1] === 0xc0);
    const second = withFrameSize(frame, 60000, 60000).subarray(at);
    const twice = Buffer.concat([frame.subarray(0, at + 2 + frame.readUInt16BE(at + 2)), second]);
    expect(await verdict(twice, 'jpg')).toBe('undecodable');
  });
});

describe('a decompression bomb', () => {
  it.each([0, 1])('is not decompressed beyond the picture (interlace %i)', async (interlace) => {
    const bomb = png(ihdr(16, 16, 8, 2, interlace), chunk('IDAT', deflateSync(new Uint8Array(3e8), { level: 1 })));
    const before = process.memoryUsage().rss;
    expect(await verdict(bomb, 'png')).toHaveLength(64);
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6);
  });

  it('is refused if it has thousands of scans', async () => {
    const many = withRepeatedScan(fixture('progressive-444.jpg'), 501);
    await expect(decodePicture(many, 'jpg', LIMITS)).rejects.toThrow(/scans/);
  });
});

describe('many corrupt files in a row', () => {
  it('do not break the codec and leak no memory', async () => {
    const good = fixture('baseline-420.jpg');
    const refused = Buffer.from(good);
    // Only libjpeg is asked for a picture whose Huffman table is not there.
    refused[good.indexOf('ffda', 0, 'hex') + 6] = 0x33;
    const bad = cuts(refused).slice(60);
    const run = async (times: number) => {
      for (let i = 0; i < times; i++) expect(await verdict(bad[i % bad.length] as Buffer, 'jpg')).toBe('undecodable');
    };
    await run(500);
    const before = process.memoryUsage().rss;
    const made = await countingInstances(() => run(4500));
    // Each corrupt file leaks stack memory. An instance would break at the 4,000th, and is replaced long before.
    expect(made).toBeGreaterThan(4);
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
    expect(await verdict(good, 'jpg')).toBe(expected.decoded['baseline-420.jpg']?.sha256);
  });
});
