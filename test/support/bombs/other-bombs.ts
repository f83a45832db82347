import { flatWebp, longestCodes } from '../flat-pictures.ts';
import { zeros } from '../hostile-pictures.ts';
import { bmp, canvas, codes, gif, tiff, webp, webpChunk } from '../kind-files.ts';
import { bombs, repeated } from './bomb.ts';

const small = flatWebp(8, 8, 1).subarray(20);
const frame = Buffer.concat([Buffer.alloc(6), Buffer.from([7, 0, 0, 7, 0, 0, 0, 0, 0, 0]), webpChunk('VP8L', small)]);

/** A WebP of these chunks. */
function withChunks(...chunks: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([webp(), ...chunks]);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  return bytes;
}

export const WEBP_BOMBS = bombs('webp', {
  '268 megapixels of no bits': ['too_large', /^the picture is 16383 × 16383/, () => flatWebp(16_383, 16_383, 1)],
  '60 megapixels of no bits': ['decodes', undefined, () => flatWebp(8000, 7500, 1)],
  '36 megapixels of no bits': ['decodes', undefined, () => flatWebp(6000, 6000, 1)],
  'a canvas of 281 terapixels': [
    'too_large',
    /^the picture is 16777216/,
    () => webp(['VP8X', canvas(2 ** 24, 2 ** 24, 2)], ['ANMF', frame]),
  ],
  'a small picture on a canvas of 60 megapixels': [
    'decodes',
    /animated/,
    () => webp(['VP8X', canvas(8000, 7500, 2)], ['ANMF', frame]),
  ],
  '100,000 frames': [
    'decodes',
    /animated/,
    () => withChunks(webpChunk('VP8X', canvas(8, 8, 2)), repeated(webpChunk('ANMF', frame), 100_000)),
  ],
  'a million empty chunks': [
    'undecodable',
    /more than 65536 chunks/,
    () => withChunks(repeated(webpChunk('XMP ', Buffer.alloc(0)), 1_000_000), webpChunk('VP8L', small)),
  ],
  'a colour profile of 64 MB': [
    'decodes',
    undefined,
    () => webp(['VP8X', canvas(8, 8, 0x20)], ['ICCP', Buffer.alloc(64e6)], ['VP8L', small]),
  ],
  'an EXIF chunk without end': [
    'decodes',
    undefined,
    () =>
      webp(
        ['VP8X', canvas(8, 8, 8)],
        ['VP8L', small],
        ['EXIF', Buffer.concat([Buffer.from('II*\0\x08\0\0\0'), Buffer.alloc(2 ** 20, 0xff)])],
      ),
  ],
  'alpha of 64 MB': [
    'undecodable',
    /cut short or damaged/,
    () =>
      webp(
        ['VP8X', canvas(8, 8, 0x10)],
        ['ALPH', Buffer.alloc(64e6, 1)],
        ['VP8 ', Buffer.from([0x10, 0, 0, 0x9d, 1, 0x2a, 8, 0, 8, 0, 0, 0])],
      ),
  ],
});

const noGif = Buffer.alloc(0);
const four = codes(3, 4, 0, 1, 2);

export const GIF_BOMBS = bombs('gif', {
  'the largest canvas': [
    'too_large',
    /^the picture is 65535 × 65535/,
    () => gif({ screen: [65_535, 65_535], frame: [0, 0, 1, 1], data: four }),
  ],
  'a frame far beyond its canvas': [
    'too_large',
    /65535/,
    () => gif({ screen: [1, 1], frame: [65_534, 65_534, 1, 1], data: four }),
  ],
  '60 megapixels in 21 KB': [
    'decodes',
    undefined,
    () => gif({ screen: [8000, 7500], frame: [0, 0, 8000, 7500], data: longestCodes(60e6, 1) }),
  ],
  'codes that bring nothing': [
    'undecodable',
    /cut short after 0 %/,
    () => gif({ screen: [9, 9], frame: [0, 0, 9, 9], data: repeated(codes(3, 4, 4, 4, 4, 4, 4, 4, 4), 20_000_000) }),
  ],
  'ten million extensions before its frame': [
    'decodes',
    undefined,
    () =>
      gif({ screen: [2, 1], frame: [0, 0, 2, 1], before: repeated(Buffer.of(0x21, 0xfe, 0), 10_000_000), data: four }),
  ],
  'ten million extensions behind its frame': [
    'decodes',
    /end marker/,
    () =>
      gif({ screen: [2, 1], frame: [0, 0, 2, 1], data: four, after: repeated(Buffer.of(0x21, 0xfe, 0), 10_000_000) }),
  ],
  'a million frames': [
    'decodes',
    /animated/,
    () =>
      gif({
        screen: [2, 1],
        frame: [0, 0, 2, 1],
        data: four,
        after: repeated(gif({ screen: [2, 1], frame: [0, 0, 2, 1], data: four, after: noGif }).subarray(25), 1_000_000),
      }),
  ],
});

const COLOURS = [0, 0xffffff];
const runs = (data: Uint8Array, width = 8000, height = 7500) =>
  bmp({ width, height, bits: 8, compression: 1, colours: COLOURS, data });

export const BMP_BOMBS = bombs('bmp', {
  'the largest size': [
    'too_large',
    /^the picture is 2147483647/,
    () => bmp({ width: 2 ** 31 - 1, height: 2 ** 31 - 1, bits: 1, data: Buffer.alloc(8) }),
  ],
  '60 megapixels without data': [
    'undecodable',
    /cut short after 0 %/,
    () => bmp({ width: 8000, height: 7500, bits: 1, data: Buffer.alloc(8) }),
  ],
  '60 megapixels that end at once': ['decodes', undefined, () => runs(Buffer.of(0, 1))],
  'jumps that lead nowhere': [
    'undecodable',
    /cut short after 0 %/,
    () => runs(repeated(Buffer.of(0, 2, 0, 0), 16_000_000), 100, 100),
  ],
  'runs far beyond the end of a row': [
    'undecodable',
    /cut short after 0 %/,
    () => runs(repeated(Buffer.of(255, 1), 32_000_000), 1, 1000),
  ],
  'a palette of 4 billion colours': [
    'decodes',
    undefined,
    () => bmp({ width: 1, height: 1, bits: 8, colours: COLOURS, colourCount: 2 ** 32 - 1, data: Buffer.alloc(4) }),
  ],
});

const GREY = { 256: 8000, 257: 7500, 258: 8, 259: 1, 262: 1, 277: 1, 278: 7500 };
const SMALL = { ...GREY, 256: 4, 257: 4, 278: 4 };
const oneStrip = (tags: typeof GREY, data: Buffer) => tiff({ ...tags, 273: 8, 279: data.length }, data);

/** A TIFF whose directory leads to itself. */
function endlessPages(): Buffer {
  const bytes = oneStrip(SMALL, Buffer.alloc(16));
  const at = bytes.readUInt32LE(4);
  bytes.writeUInt32LE(at, at + 2 + 12 * bytes.readUInt16LE(at));
  return bytes;
}

export const TIFF_BOMBS = bombs('tiff', {
  'the largest size': [
    'too_large',
    /^the picture is 2147483647/,
    () => oneStrip({ ...GREY, 256: 2 ** 31 - 1, 257: 2 ** 31 - 1 }, Buffer.alloc(8)),
  ],
  'huge tiles for a small picture': [
    'too_large',
    /^the picture is 60000/,
    () => tiff({ ...SMALL, 322: 60_000, 323: 60_000, 324: 8, 325: 16 }, Buffer.alloc(16)),
  ],
  'pages without end': ['decodes', /more than one page/, endlessPages],
  '65,535 tags': [
    'undecodable',
    /size/,
    () => tiff(Object.fromEntries(Array.from({ length: 65_000 }, (_, tag) => [tag + 400, 0])), Buffer.alloc(8)),
  ],
  'a value of 4 billion numbers': [
    'undecodable',
    /invalid value|too few/,
    () => {
      const bytes = oneStrip(SMALL, Buffer.alloc(16));
      const at = bytes.readUInt32LE(4) + 2;
      for (let entry = at; entry + 12 <= bytes.length; entry += 12)
        if (bytes.readUInt16LE(entry) === 273) bytes.writeUInt32LE(2 ** 32 - 1, entry + 4);
      return bytes;
    },
  ],
  'a strip that inflates to 1 GiB': [
    'undecodable',
    /does not decompress/,
    () => oneStrip({ ...SMALL, 259: 8 }, zeros(64)),
  ],
  'a strip of repetitions without end': [
    'decodes',
    undefined,
    () => oneStrip({ ...SMALL, 259: 32773 }, repeated(Buffer.of(0x81, 7), 16_000_000)),
  ],
  'codes that bring nothing': [
    'undecodable',
    /cut short after 0 %/,
    () => oneStrip({ ...SMALL, 259: 5 }, repeated(Buffer.from('804020100804020100', 'hex'), 7_000_000)),
  ],
  '65,500 strips that all lie on the same data': [
    'undecodable',
    /lie over each other/,
    () => {
      const data = Buffer.alloc(2 ** 20);
      const strips = Array<number>(65_500).fill(8);
      return tiff({ ...GREY, 256: 4, 257: 65_500, 278: 1, 273: strips, 279: strips.map(() => data.length) }, data);
    },
  ],
  '60 megapixels without data': ['undecodable', /cut short after 0 %/, () => oneStrip(GREY, Buffer.alloc(8))],
});
