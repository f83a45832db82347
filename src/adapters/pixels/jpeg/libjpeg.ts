import type { Pixels } from '../../../analysis/pixels.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { type Allocator, allocateNew } from '../allocator.ts';
import type { JpegEncoder } from './encoder.ts';
import type { JpegHeader } from './header.ts';
import { createInstance, type LibjpegInstance } from './libjpeg-instance.ts';

/** What libjpeg found the bytes to be; `header` where it did not come as far as the pixels. */
export type LibjpegVerdict = Pixels | { readonly refused: 'header' | 'pixels' };

// Each failure leaks stack, and some 4,000 of them are the end of an instance.
const FAILURES_OF_AN_INSTANCE = 200;
// WebAssembly's memory grows and never shrinks: what one huge picture took is given back with its instance.
const KEPT_MEMORY = 256 * 2 ** 20;
const MAX_MEMORY = 2 ** 31 - 2 ** 26;

let current: LibjpegInstance | undefined;
let failures = 0;

/**
 * Decodes a JPEG of one or three components, whose header has been read, to RGB as stored. A picture that is whole in
 * part only is refused. Trouble with memory is thrown as it comes and is no verdict.
 */
export function decodeWithLibjpeg(
  bytes: Uint8Array,
  header: JpegHeader,
  room: Allocator = allocateNew,
): LibjpegVerdict {
  return onFreshInstanceIfBroken((instance) => {
    makeRoom(instance, bytes, header);
    const { decoder } = instance;
    let encodedAt: number;
    try {
      const encoded = decoder.getEncodedBuffer(bytes.length);
      encoded.set(bytes);
      encodedAt = encoded.byteOffset;
      decoder.decode();
    } catch (thrown) {
      const message = thrownText(instance, thrown);
      if (message === undefined) throw thrown;
      failures++;
      return { refused: message.includes('header') ? 'header' : 'pixels' };
    }
    const { width, height, componentCount } = decoder.getFrameInfo();
    const decoded = decodedBytes(instance, encodedAt);
    const whole = decoded.length === width * height * componentCount;
    if (width !== header.width || height !== header.height || !whole) return { refused: 'pixels' };
    const data = room(width * height * 3);
    if (componentCount === 1) greyToRgb(decoded, data);
    else data.set(decoded);
    return { width, height, data };
  });
}

/**
 * Encodes a picture as the other encoder does, where there are no vectors: three to eight times slower, and below quality 96
 * by a transform that is not quite exact. All rows are drawn at once.
 */
export const encodeWithLibjpeg: JpegEncoder = ({ width, height }, quality, draw) => {
  return onFreshInstanceIfBroken(({ encoder }) => {
    encoder.setQuality(quality);
    // The wrapper makes its output as large as its input and libjpeg writes without looking. What it may write at the
    // most (turbojpeg.h, tjBufSize) is more than three bytes a pixel, so the input is announced as larger than it is.
    const most = Math.ceil(width / 16) * 16 * Math.ceil(height / 16) * 16 * 3 + 2048;
    const bytesPerPixel = Math.max(3, Math.ceil(most / (width * height)));
    const samples = Math.ceil(bytesPerPixel / 250);
    const frame = { width, height, componentCount: Math.ceil(bytesPerPixel / samples), bitsPerSample: samples * 8 };
    draw(encoder.getDecodedBuffer({ ...frame, isSigned: false }).subarray(0, width * height * 3), 0, height);
    encoder.encode();
    return new Uint8Array(encoder.getEncodedBuffer());
  });
};

/** Runs once, and once more on a fresh instance where the first one broke. What it throws then is the caller's. */
function onFreshInstanceIfBroken<T>(work: (instance: LibjpegInstance) => T): T {
  for (let attempt = 1; ; attempt++) {
    current ??= createInstance();
    try {
      const result = work(current);
      if (failures >= FAILURES_OF_AN_INSTANCE || current.module.HEAPU8.length > KEPT_MEMORY) forget();
      return result;
    } catch (thrown) {
      forget();
      if (thrown instanceof ImgpipeError) throw thrown;
      if (attempt === 2) throw typeof thrown === 'number' ? new Error('libjpeg-turbo is out of memory') : thrown;
    }
  }
}

function forget(): void {
  current = undefined;
  failures = 0;
}

/** Grows the memory before the decoding, so that a machine that is short of memory does not pass for a bad picture. */
function makeRoom({ module }: LibjpegInstance, bytes: Uint8Array, { width, height, progressive }: JpegHeader): void {
  const need = bytes.length + width * height * (progressive ? 9 : 3) + 2 ** 20;
  if (need > MAX_MEMORY) {
    throw new ImgpipeError('too_large', `the picture is ${width} × ${height}, more than the JPEG decoder can hold`);
  }
  if (need <= module.HEAPU8.length / 2) return;
  const room = new module.JPEGDecoder();
  room.getEncodedBuffer(need);
  room.delete();
}

/** The wrapper throws C strings, which arrive as the address of the thrown pointer; undefined for anything else. */
function thrownText({ module }: LibjpegInstance, thrown: unknown): string | undefined {
  if (typeof thrown !== 'number') return undefined;
  const start = module.HEAPU32[thrown >>> 2] ?? 0;
  const end = module.HEAPU8.indexOf(0, start);
  const text = Buffer.from(module.HEAPU8.subarray(start, Math.min(end, start + 80))).toString('latin1');
  return /header|decompressing/.test(text) ? text : undefined;
}

/**
 * The decoded bytes, until the next call. The wrapper hands out a copy, which would be garbage of the picture's size; so
 * they are looked up where they lie: at the decoder's address stand its two vectors (begin, end, capacity), of the encoded
 * bytes, by which that is checked, and of the decoded ones.
 */
function decodedBytes({ module, decoder }: LibjpegInstance, encodedAt: number): Uint8Array | Uint8ClampedArray {
  const vectors = decoder.$$.ptr >>> 2;
  const [encoded, , , begin = 0, end = 0] = module.HEAPU32.subarray(vectors, vectors + 5);
  if (encoded === encodedAt && end > begin) return module.HEAPU8.subarray(begin, end);
  return decoder.getDecodedBuffer();
}

function greyToRgb(grey: Uint8Array | Uint8ClampedArray, rgb: Uint8Array): void {
  let to = 0;
  for (let i = 0; i < grey.length; i++) {
    const level = grey[i] as number;
    rgb[to] = level;
    rgb[to + 1] = level;
    rgb[to + 2] = level;
    to += 3;
  }
}
