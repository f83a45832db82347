import type { Pixels } from '../../../analysis/pixels.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { type Allocator, allocateNew } from '../pixel-memory.ts';
import type { JpegEncoder } from './encoder.ts';
import type { JpegHeader } from './header.ts';
import { createInstance, type LibjpegInstance } from './libjpeg-instance.ts';

/** The decoded picture, or where libjpeg found an error. */
export type LibjpegResult = Pixels | { readonly refused: 'header' | 'pixels' };

// Each failure leaks stack memory; an instance breaks after about 4,000 of them.
const MAX_FAILURES = 200;
// WebAssembly memory never shrinks: an instance that has grown beyond this is discarded.
const MAX_KEPT_MEMORY = 64 * 2 ** 20;
const MAX_MEMORY = 2 ** 31 - 2 ** 26;

let current: LibjpegInstance | undefined;
let failures = 0;

/**
 * Decodes a JPEG of one or three components to RGB, without applying the orientation. A picture that decodes only in
 * part is refused. Lack of memory is thrown as it is, and is not a verdict on the picture.
 */
export function decodeWithLibjpeg(
  bytes: Uint8Array,
  header: JpegHeader,
  allocate: Allocator = allocateNew,
): LibjpegResult {
  return withInstance((instance) => {
    ensureMemory(instance, bytes, header);
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
    const isComplete = decoded.length === width * height * componentCount;
    if (width !== header.width || height !== header.height || !isComplete) return { refused: 'pixels' };
    const data = allocate(width * height * 3);
    if (componentCount === 1) greyToRgb(decoded, data);
    else data.set(decoded);
    return { width, height, data };
  });
}

/**
 * The encoder for machines without SIMD: three to eight times slower than `createJpegEncoder`, and below quality 96
 * with a less accurate DCT. All rows are drawn at once.
 */
export const encodeWithLibjpeg: JpegEncoder = ({ width, height }, quality, draw) => {
  return withInstance(({ encoder }) => {
    encoder.setQuality(quality);
    // The wrapper's output buffer has the size of its input, and libjpeg does not check it. The maximum output
    // (tjBufSize in turbojpeg.h) exceeds three bytes per pixel, so declare a larger input.
    const maxOutput = Math.ceil(width / 16) * 16 * Math.ceil(height / 16) * 16 * 3 + 2048;
    const bytesPerPixel = Math.max(3, Math.ceil(maxOutput / (width * height)));
    const samples = Math.ceil(bytesPerPixel / 250);
    const frame = { width, height, componentCount: Math.ceil(bytesPerPixel / samples), bitsPerSample: samples * 8 };
    draw(encoder.getDecodedBuffer({ ...frame, isSigned: false }).subarray(0, width * height * 3), 0, height);
    encoder.encode();
    return new Uint8Array(encoder.getEncodedBuffer());
  });
};

/** Runs `use` with the current instance, and retries once with a new instance if it throws. */
function withInstance<T>(use: (instance: LibjpegInstance) => T): T {
  for (let attempt = 1; ; attempt++) {
    current ??= createInstance();
    try {
      const result = use(current);
      if (failures >= MAX_FAILURES || current.module.HEAPU8.length > MAX_KEPT_MEMORY) discard();
      return result;
    } catch (thrown) {
      discard();
      if (thrown instanceof ImgpipeError) throw thrown;
      if (attempt === 2) throw typeof thrown === 'number' ? new Error('libjpeg-turbo is out of memory') : thrown;
    }
  }
}

function discard(): void {
  current = undefined;
  failures = 0;
}

/** Grows the memory before decoding, so that lack of memory is not mistaken for a corrupt picture. */
function ensureMemory(
  { module }: LibjpegInstance,
  bytes: Uint8Array,
  { width, height, progressive }: JpegHeader,
): void {
  const need = bytes.length + width * height * (progressive ? 9 : 3) + 2 ** 20;
  if (need > MAX_MEMORY) {
    throw new ImgpipeError('too_large', `the picture is ${width} × ${height}, more than the JPEG decoder can process`);
  }
  if (need <= module.HEAPU8.length / 2) return;
  const decoder = new module.JPEGDecoder();
  decoder.getEncodedBuffer(need);
  decoder.delete();
}

/**
 * The text of a C string that the wrapper threw, which arrives as the address of a pointer; `undefined` for any other
 * error.
 */
function thrownText({ module }: LibjpegInstance, thrown: unknown): string | undefined {
  if (typeof thrown !== 'number') return undefined;
  const start = module.HEAPU32[thrown >>> 2] ?? 0;
  const end = module.HEAPU8.indexOf(0, start);
  const text = Buffer.from(module.HEAPU8.subarray(start, Math.min(end, start + 80))).toString('latin1');
  return /header|decompressing/.test(text) ? text : undefined;
}

/**
 * A view of the decoded bytes, valid until the next call. The wrapper's own method returns a copy. The decoder object
 * starts with two C++ vectors (begin, end, capacity): the encoded bytes, whose address confirms the layout, and the
 * decoded ones.
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
