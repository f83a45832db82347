/** Makes small files of the other kinds, valid or not, with the given parts. */

function uint16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, index) => void bytes.writeUInt16LE(value, 2 * index));
  return bytes;
}

function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => void bytes.writeUInt32LE(value >>> 0, 4 * index));
  return bytes;
}

export interface BmpParts {
  readonly width: number;
  readonly height: number;
  readonly bits?: number;
  readonly compression?: number;
  readonly masks?: readonly number[];
  readonly colours?: readonly number[];
  readonly colourCount?: number;
  readonly data: Uint8Array;
}

export function bmp({
  width,
  height,
  bits = 24,
  compression = 0,
  masks = [],
  colours = [],
  colourCount,
  data,
}: BmpParts) {
  const before = Buffer.concat([
    uint32(40, width, height),
    uint16(1, bits),
    uint32(compression, data.length, 0, 0, colourCount ?? colours.length, 0),
    uint32(...masks, ...colours),
  ]);
  const at = 14 + before.length;
  return Buffer.concat([Buffer.from('BM'), uint32(at + data.length, 0, at), before, data]);
}

export interface GifParts {
  readonly screen: readonly [number, number];
  /** Left, top, width and height. */
  readonly frame: readonly [number, number, number, number];
  readonly codeSize?: number;
  /** The LZW codes as bytes. */
  readonly data: Uint8Array;
  readonly before?: Uint8Array;
  readonly after?: Uint8Array;
}

/** With a palette of black, red, green and white. */
export function gif({
  screen,
  frame,
  codeSize = 2,
  data,
  before = Buffer.alloc(0),
  after = Buffer.of(0x3b),
}: GifParts) {
  return Buffer.concat([
    Buffer.from('GIF89a'),
    uint16(...screen),
    Buffer.of(0x81, 0, 0, 0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255),
    before,
    Buffer.of(0x2c),
    uint16(...frame),
    Buffer.of(0, codeSize),
    blocks(data),
    after,
  ]);
}

function blocks(data: Uint8Array): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const part = data.subarray(at, at + 255);
    parts.push(Buffer.of(part.length), part);
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}

/** LZW codes of so many bits each, lowest bit first, as GIF packs them. */
export function codes(bits: number, ...values: number[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil((bits * values.length) / 8));
  values.forEach((value, index) => {
    for (let bit = 0; bit < bits; bit++) {
      const at = index * bits + bit;
      bytes[at >> 3] = (bytes[at >> 3] as number) | (((value >> bit) & 1) << (at & 7));
    }
  });
  return bytes;
}

/** A little-endian TIFF of one directory; `tags` are of type LONG, and their values that need it follow the directory. */
export function tiff(tags: Readonly<Record<number, number | readonly number[]>>, data: Uint8Array): Buffer {
  const at = 8 + data.length + (data.length % 2);
  const entries = Object.entries(tags).map(([tag, value]) => [Number(tag), [value].flat()] as const);
  let extra = Buffer.alloc(0);
  const directory = entries.map(([tag, values]) => {
    const inline = values.length === 1;
    const value = inline ? uint32(...values) : uint32(at + 2 + entries.length * 12 + 4 + extra.length);
    if (!inline) extra = Buffer.concat([extra, uint32(...values)]);
    return Buffer.concat([uint16(tag, 4), uint32(values.length), value]);
  });
  return Buffer.concat([
    Buffer.from('II*\0'),
    uint32(at),
    data,
    Buffer.alloc(data.length % 2),
    uint16(entries.length),
    ...directory,
    uint32(0),
    extra,
  ]);
}

export function webp(...chunks: readonly (readonly [string, Uint8Array])[]): Buffer {
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks.map(([type, data]) => webpChunk(type, data))]);
  return Buffer.concat([Buffer.from('RIFF'), uint32(body.length), body]);
}

export function webpChunk(type: string, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(type), uint32(data.length), data, Buffer.alloc(data.length % 2)]);
}

/** The body of a VP8X chunk: of a canvas of this size. */
export function canvas(width: number, height: number, flags = 0): Buffer {
  return Buffer.concat([
    Buffer.of(flags, 0, 0, 0),
    uint32(width - 1).subarray(0, 3),
    uint32(height - 1).subarray(0, 3),
  ]);
}
