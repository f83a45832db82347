import { orient } from '../../../analysis/orientation.ts';
import type { Pixels } from '../../../analysis/pixels.ts';
import { collectGarbage } from '../../../base/collect-garbage.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { checkMemory, checkSize, type DecodeOptions, jpegNeed, type Limits } from '../limits.ts';
import { type Allocator, makeWith } from '../pixel-memory.ts';
import { type JpegHeader, readJpegHeader, withoutGarbage } from './header.ts';
import { CORRUPT, decodeWithJimp } from './jimp.ts';
import type { JpegPicture } from './jpeg-picture.ts';
import { createJpegDecoder, type JpegDecoder } from './kernel-decoder.ts';
import { decodeWithLibjpeg, type LibjpegResult } from './libjpeg.ts';
import { hasTooManyScans, tooManyScans } from './scans.ts';

/** Decodes a JPEG to upright RGB. Throws `undecodable` or `too_large`. */
export async function decodeJpeg(bytes: Uint8Array, options: DecodeOptions, allocate?: Allocator): Promise<Pixels> {
  const header = readJpegHeader(bytes);
  checkSize(header, options);
  const isUpright = header.orientation === 1;
  const { memory } = jpegNeed(header, bytes.length, options);
  const picture = {
    height: header.height,
    acceptsDamage: options.acceptsDamage === true,
    checkKept: () => checkMemory(jpegNeed(header, bytes.length, options, true).memory, options, ODD_PICTURE),
  };
  const stored = await decodeStored(bytes, header, picture, { ...options, memory }, isUpright ? allocate : undefined);
  return orient(stored, header.orientation, allocate && makeWith(allocate));
}

/** How a picture is called that needs more memory than its header says. */
const ODD_PICTURE = 'the picture, which is no regular JPEG,';
/** For each pixel: libjpeg's coefficients and its copy of the pixels, and what jimp's decoder takes. */
const LIBJPEG_BYTES = 9;
const JIMP_BYTES = 100;
/** From this size on, what the kernel has left behind is freed first. */
const LARGE_PIXELS = 4e6;

/** Compiled when the first JPEG is decoded; null without SIMD. */
let decodeWithKernel: JpegDecoder | null | undefined;
/** Compiled when the first JPEG with 12 bits per sample is decoded. */
let decodeWithDeepKernel: JpegDecoder | undefined;

async function decodeStored(
  bytes: Uint8Array,
  header: JpegHeader,
  picture: JpegPicture,
  limits: Limits & { readonly memory: number },
  allocator?: Allocator,
): Promise<Pixels> {
  const allocate = allocator && once(allocator);
  if (header.precision === 12 && header.unread === undefined) return decodeDeep(bytes, picture, allocate);
  decodeWithKernel ??= createJpegDecoder(8) ?? null;
  const decoded = decodeWithKernel?.(bytes, picture, allocate);
  if (decoded !== undefined) return decoded;
  if (header.unread !== undefined) throw new ImgpipeError('undecodable', header.unread);
  if (header.progressive && hasTooManyScans(bytes)) throw tooManyScans();
  const count = header.width * header.height;
  if (count >= LARGE_PIXELS) collectGarbage();
  const cleaned = withoutGarbage(bytes);
  const needsJimp = header.sampling.length === 4;
  // jimp takes corrupt files for whole.
  if (needsJimp && decodeWithKernel !== null) throw new ImgpipeError('undecodable', CORRUPT);
  checkMemory(limits.memory + count * (needsJimp ? JIMP_BYTES : LIBJPEG_BYTES), limits, ODD_PICTURE);
  if (needsJimp) return decodeWithJimp(cleaned, header);
  const result = tryLibjpeg(cleaned, header, allocate);
  if ('data' in result) return result;
  if (result.refused === 'header' && hasRareSampling(header)) {
    checkMemory(limits.memory + count * JIMP_BYTES, limits, ODD_PICTURE);
    return decodeWithJimp(cleaned, header);
  }
  throw new ImgpipeError('undecodable', CORRUPT);
}

function decodeDeep(bytes: Uint8Array, picture: JpegPicture, allocate?: Allocator): Pixels {
  decodeWithDeepKernel ??= createJpegDecoder(12);
  if (decodeWithDeepKernel === undefined) throw new Error('JPEGs with 12 bits per sample need WebAssembly');
  const decoded = decodeWithDeepKernel(bytes, picture, allocate);
  if (decoded === undefined) throw new ImgpipeError('undecodable', CORRUPT);
  return decoded;
}

/** An allocator that returns its memory again to whoever asks for as much. */
function once(allocate: Allocator): Allocator {
  let allocated: Uint8Array | undefined;
  return (bytes) => {
    if (allocated?.length !== bytes) allocated = allocate(bytes);
    return allocated;
  };
}

function tryLibjpeg(bytes: Uint8Array, header: JpegHeader, allocate?: Allocator): LibjpegResult {
  try {
    return decodeWithLibjpeg(bytes, header, allocate);
  } catch (thrown) {
    // The codec crashed on these bytes twice, the second time in a new instance: the bytes are at fault.
    if (isTrap(thrown)) throw new ImgpipeError('undecodable', CORRUPT, { cause: thrown });
    throw thrown;
  }
}

/**
 * Whether the subsampling is unknown to TurboJPEG: neither 1 × 1 chroma with a common luma, nor the same for all
 * components.
 */
function hasRareSampling({ sampling: [luma, ...chroma] }: JpegHeader): boolean {
  if (!luma || chroma.length === 0 || chroma.every(({ h, v }) => h === luma.h && v === luma.v)) return false;
  const isCommon = ['1x1', '2x1', '2x2', '1x2', '4x1', '1x4'].includes(`${luma.h}x${luma.v}`);
  return !isCommon || chroma.some(({ h, v }) => h !== 1 || v !== 1);
}

/** Whether the error is a WebAssembly trap or Emscripten's abort, except for lack of memory. */
function isTrap(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    thrown.name === 'RuntimeError' &&
    !/OOM|out of memory|enlarge|allocate/i.test(thrown.message)
  );
}
