import { deflateSync } from 'node:zlib';
import { readImageHeader } from '../../src/adapters/pixels/png/header.ts';
import { passesOf, storedBytes } from '../../src/adapters/pixels/png/passes.ts';
import type { PictureFormat } from '../../src/domain/records.ts';
import { flatJpeg } from './flat-jpeg.ts';
import { bmp, gif, tiff, webp } from './kind-files.ts';
import { chunk, ihdr, png } from './png-files.ts';

/** Makes a picture of one colour, which differs with `level`, 0 to 3. */
export type MakeFlat = (width: number, height: number, level: number) => Buffer;

const FULL = [
  [1, 1],
  [1, 1],
  [1, 1],
] as const;
const COMMON = [[2, 2], ...FULL.slice(1)] as const;

const jpeg = (sampling: Parameters<typeof flatJpeg>[0]['sampling'], progressive = false): MakeFlat => {
  return (width, height, level) => flatJpeg({ width, height, sampling, progressive, level });
};

const deepJpeg: MakeFlat = (width, height, level) => {
  return flatJpeg({ width, height, sampling: FULL, precision: 12, level });
};

/** Without its end marker, a JPEG is not decoded as most are. */
const odd = (make: MakeFlat): MakeFlat => {
  return (...of) => make(...of).subarray(0, -2);
};

const pngOf = (depth: number, colour: number, interlace = 0): MakeFlat => {
  return (width, height, level) => {
    const head = ihdr(width, height, depth, colour, interlace);
    const palette =
      colour === 3 ? [chunk('PLTE', Buffer.from([0, 0, 0, 80, 80, 80, 160, 160, 160, 240, 240, 240]))] : [];
    const passes = passesOf(readImageHeader(png(head)));
    const rows = Buffer.alloc(
      passes.reduce((sum, pass) => sum + storedBytes(pass), 0),
      colour === 3 ? 0x55 * level : 60 * level,
    );
    let at = 0;
    for (const pass of passes) {
      for (let row = 0; row < pass.rows; row++, at += pass.rowBytes + 1) rows[at] = 0;
    }
    // Several chunks, as most files have, are put together.
    const data = deflateSync(rows, { level: 1 });
    return png(head, ...palette, chunk('IDAT', data.subarray(0, 1000)), chunk('IDAT', data.subarray(1000)));
  };
};

const COLOURS = [0, 0x505050, 0xa0a0a0, 0xf0f0f0];

const bmpOf = (bits: 8 | 24): MakeFlat => {
  return (width, height, level) => {
    const stride = Math.ceil((width * bits) / 32) * 4;
    const data = Buffer.alloc(stride * height, bits === 8 ? level : 60 * level);
    return bmp({ width, height, bits, colours: bits === 8 ? COLOURS : [], data });
  };
};

const runs: MakeFlat = (width, height, level) => {
  const row = [...Array<number>(Math.floor(width / 255)).fill(255), width % 255].flatMap((count) =>
    count > 0 ? [count, level] : [],
  );
  const data = Buffer.alloc((row.length + 2) * height, Buffer.from([...row, 0, 0]));
  return bmp({ width, height, bits: 8, compression: 1, colours: COLOURS, data });
};

/** Each LZW code is a string that is one sample longer than the code before, up to the last of 12 bits. */
export function longestCodes(samples: number, level: number): Buffer {
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  const put = (code: number, width: number) => {
    bits |= code << held;
    for (held += width; held >= 8; held -= 8, bits >>>= 8) bytes.push(bits & 255);
  };
  put(4, 3);
  put(level, 3);
  let width = 3;
  for (let [count, next, length] = [1, 6, 2]; count < samples; ) {
    put(next, width);
    count += length;
    if (next === 4095) continue;
    next++;
    length++;
    if (next === 1 << width && width < 12) width++;
  }
  put(0, 12);
  return Buffer.from(bytes);
}

const flatGif: MakeFlat = (width, height, level) => {
  return gif({ screen: [width, height], frame: [0, 0, width, height], data: longestCodes(width * height, level) });
};

const TIFF = { 259: 1, 262: 2, 277: 3, 258: [8, 8, 8] };

const plainTiff: MakeFlat = (width, height, level) => {
  const data = Buffer.alloc(width * height * 3, 60 * level);
  return tiff({ 256: width, 257: height, ...TIFF, 273: 8, 278: height, 279: data.length }, data);
};

const deepTiff: MakeFlat = (width, height, level) => {
  const data = Buffer.alloc(width * height * 6, 60 * level);
  return tiff({ 256: width, 257: height, ...TIFF, 258: [16, 16, 16], 273: 8, 278: height, 279: data.length }, data);
};

const STRIP_ROWS = 16;
const deflatedTiff: MakeFlat = (width, height, level) => {
  const strip = deflateSync(Buffer.alloc(width * STRIP_ROWS * 4, 60 * level));
  const count = Math.ceil(height / STRIP_ROWS);
  const data = Buffer.concat(Array<Buffer>(count).fill(strip));
  const tags = { ...TIFF, 258: [8, 8, 8, 8], 259: 8, 277: 4, 338: 2 };
  const offsets = Array.from({ length: count }, (_, index) => 8 + index * strip.length);
  const lengths = offsets.map(() => strip.length);
  return tiff({ 256: width, 257: height, ...tags, 273: offsets, 278: STRIP_ROWS, 279: lengths }, data);
};

/** A lossless WebP whose five prefix codes have one symbol each: its pixels take no bits at all (RFC 9649, section 5.2). */
export function flatWebp(width: number, height: number, level: number): Buffer {
  let bits = '';
  const put = (value: number, count: number) => {
    for (let bit = 0; bit < count; bit++) bits += (value >> bit) & 1;
  };
  put(width - 1, 14);
  put(height - 1, 14);
  // No alpha, version 0, no transform, no colour cache, one group of codes.
  put(0, 1 + 3 + 1 + 1 + 1);
  // Green, red, blue and alpha have a symbol of 8 bits, distances one of 1 bit.
  for (const symbol of [60 * level, 0, 0, 255]) {
    put(0b101, 3);
    put(symbol, 8);
  }
  put(0b0001, 4);
  const bytes = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt([...byte].reverse().join(''), 2));
  return webp(['VP8L', Buffer.from([0x2f, ...bytes, 0, 0, 0, 0])]);
}

export interface FlatKind {
  readonly name: string;
  readonly format: PictureFormat;
  readonly make: MakeFlat;
  /** Makes a picture whose header says what this one needs; absent if its own does. */
  readonly needsAsMuchAs?: MakeFlat;
}

/** The kinds of pictures that need the most memory, in each format. */
export const FLAT_KINDS: readonly FlatKind[] = [
  { name: 'a grey JPEG', format: 'jpg', make: jpeg([[1, 1]]) },
  { name: 'a JPEG', format: 'jpg', make: jpeg(COMMON) },
  { name: 'a JPEG with full chroma', format: 'jpg', make: jpeg(FULL) },
  { name: 'a JPEG without its end marker', format: 'jpg', make: odd(jpeg(FULL)), needsAsMuchAs: jpeg(FULL, true) },
  { name: 'a JPEG of 12 bits', format: 'jpg', make: deepJpeg },
  { name: 'a progressive JPEG', format: 'jpg', make: jpeg(COMMON, true) },
  { name: 'a progressive JPEG with full chroma', format: 'jpg', make: jpeg(FULL, true) },
  { name: 'a JPEG of four components', format: 'jpg', make: jpeg([...FULL, [1, 1]]) },
  { name: 'a progressive JPEG of four components', format: 'jpg', make: jpeg([...FULL, [1, 1]], true) },
  { name: 'a PNG', format: 'png', make: pngOf(8, 2) },
  { name: 'a PNG with alpha', format: 'png', make: pngOf(8, 6) },
  { name: 'a PNG of 16 bits with alpha', format: 'png', make: pngOf(16, 6) },
  { name: 'a PNG of 16 bits', format: 'png', make: pngOf(16, 0) },
  { name: 'an interlaced PNG', format: 'png', make: pngOf(8, 2, 1) },
  { name: 'a PNG with a palette', format: 'png', make: pngOf(2, 3) },
  { name: 'a lossless WebP', format: 'webp', make: flatWebp },
  { name: 'a GIF', format: 'gif', make: flatGif },
  { name: 'a BMP', format: 'bmp', make: bmpOf(24) },
  { name: 'a BMP with a palette', format: 'bmp', make: bmpOf(8) },
  { name: 'a BMP with run lengths', format: 'bmp', make: runs },
  { name: 'a TIFF', format: 'tiff', make: plainTiff },
  { name: 'a TIFF of 16 bits', format: 'tiff', make: deepTiff },
  { name: 'a deflated TIFF with alpha', format: 'tiff', make: deflatedTiff },
];
