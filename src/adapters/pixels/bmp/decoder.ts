import type { Pixels } from '../../../analysis/pixels.ts';
import { type Background, blend, WHITE } from '../background.ts';
import { checkSize, type DecodeOptions } from '../limits.ts';
import { type Allocator, allocateNew } from '../pixel-memory.ts';
import { noteOnCut } from '../verdicts.ts';
import { type BmpHeader, readBmpHeader } from './header.ts';
import { expandRuns } from './run-length.ts';

/** Where a row of pixels goes. */
interface RowTarget {
  readonly rgb: Uint8Array;
  readonly at: number;
  readonly columns: number;
}

/** Decodes a BMP to RGB, laid over the background. Throws `undecodable` or `too_large`. */
export function decodeBmp(bytes: Uint8Array, options: DecodeOptions, allocate: Allocator = allocateNew): Pixels {
  const header = readBmpHeader(bytes);
  checkSize(header, options);
  const { width, height, topDown, encoding, dataAt } = header;
  const data = bytes.subarray(dataAt);
  const { samples, rows, bits, stride } = encoding === 'plain' ? plainRows(data, header) : expandedRows(data, header);
  const note = rows < height ? noteOnCut({ kind: 'BMP', rows, height }, options.acceptsDamage) : undefined;
  const rgb = allocate(width * height * 3);
  // What is missing is always the same.
  if (note !== undefined) rgb.fill(0);
  const whole = note === undefined ? undefined : new Uint8Array(width * height);
  const paint =
    bits <= 8
      ? fromPalette(header, bits)
      : bits === 24
        ? paintBgr
        : fromMasks(header, samples, options.background ?? WHITE);
  for (let row = 0; row < rows; row++) {
    const y = topDown ? row : height - 1 - row;
    paint(samples.subarray(row * stride, (row + 1) * stride), { rgb, at: y * width * 3, columns: width });
    whole?.fill(1, y * width, (y + 1) * width);
  }
  return { width, height, data: rgb, ...(whole && { whole }), ...(note !== undefined && { notes: [note] }) };
}

/** The rows of samples in the order of the file, and how many of them are whole. */
interface Rows {
  readonly samples: Uint8Array;
  readonly rows: number;
  readonly bits: number;
  /** The distance of rows in bytes. */
  readonly stride: number;
}

/** The last row may lack its padding. */
function plainRows(data: Uint8Array, { width, height, bitsPerPixel: bits }: BmpHeader): Rows {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const padding = stride - Math.ceil((width * bits) / 8);
  return { samples: data, rows: Math.min(height, Math.floor((data.length + padding) / stride)), bits, stride };
}

/** Run lengths are of 4 or 8 bits, and are expanded to a byte for each pixel. */
function expandedRows(data: Uint8Array, header: BmpHeader): Rows {
  return { ...expandRuns(data, header), bits: 8, stride: header.width };
}

type PaintRow = (samples: Uint8Array, target: RowTarget) => void;

/** A colour that the palette does not have is black, as in browsers. */
function fromPalette({ palette }: BmpHeader, bits: number): PaintRow {
  const colours = new Uint8Array(256 * 4);
  colours.set(palette);
  const mask = 2 ** bits - 1;
  const perByte = 8 / bits;
  return (samples, { rgb, at, columns }) => {
    for (let x = 0, to = at; x < columns; x++, to += 3) {
      const shift = 8 - bits * ((x % perByte) + 1);
      const from = (((samples[Math.floor(x / perByte)] as number) >> shift) & mask) * 4;
      rgb[to] = colours[from + 2] as number;
      rgb[to + 1] = colours[from + 1] as number;
      rgb[to + 2] = colours[from] as number;
    }
  };
}

function paintBgr(samples: Uint8Array, { rgb, at, columns }: RowTarget): void {
  for (let from = 0, to = at; from < columns * 3; from += 3, to += 3) {
    rgb[to] = samples[from + 2] as number;
    rgb[to + 1] = samples[from + 1] as number;
    rgb[to + 2] = samples[from] as number;
  }
}

/** Pixels of 16 or 32 bits. A channel of fewer than 8 bits is stretched to 0 to 255 and rounded down; of more, the high 8 bits count. */
function fromMasks({ bitsPerPixel, masks }: BmpHeader, samples: Uint8Array, under: Background): PaintRow {
  const [red, green, blue, alpha] = masks.map(channelOf) as [Channel, Channel, Channel, Channel];
  const bytes = bitsPerPixel / 8;
  const pixelAt = bytes === 2 ? uint16 : uint32;
  // Programs that leave alpha out write 0 for all of it. Like browsers, takes such a picture for opaque.
  const isOpaque = alpha.max === 0 || isAlways0(samples, alpha, bytes);
  return (row, { rgb, at, columns }) => {
    for (let from = 0, to = at; from < columns * bytes; from += bytes, to += 3) {
      const pixel = pixelAt(row, from);
      const opacity = isOpaque ? 255 : levelOf(pixel, alpha);
      rgb[to] = blend(levelOf(pixel, red), opacity, under[0]);
      rgb[to + 1] = blend(levelOf(pixel, green), opacity, under[1]);
      rgb[to + 2] = blend(levelOf(pixel, blue), opacity, under[2]);
    }
  };
}

function isAlways0(samples: Uint8Array, channel: Channel, bytes: number): boolean {
  const pixelAt = bytes === 2 ? uint16 : uint32;
  for (let at = 0; at + bytes <= samples.length; at += bytes) {
    if (levelOf(pixelAt(samples, at), channel) !== 0) return false;
  }
  return true;
}

function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) | (uint16(bytes, at + 2) << 16);
}

interface Channel {
  readonly shift: number;
  /** The highest value; 0 for a channel that there is not. */
  readonly max: number;
}

function channelOf(mask: number): Channel {
  if (mask === 0) return { shift: 0, max: 0 };
  const shift = 31 - Math.clz32(mask & -mask);
  return { shift, max: mask >>> shift };
}

function levelOf(pixel: number, { shift, max }: Channel): number {
  if (max === 0) return 0;
  const value = ((pixel >>> shift) & max) >>> 0;
  return max > 255 ? value >>> (24 - Math.clz32(max)) : Math.floor((value * 255) / max);
}
