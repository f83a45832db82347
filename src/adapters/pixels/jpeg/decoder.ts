import { orient } from '../../../analysis/orientation.ts';
import type { Pixels } from '../../../analysis/pixels.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { checkSize, type DecodeOptions } from '../limits.ts';
import type { Allocator } from '../pixel-memory.ts';
import { type JpegHeader, readJpegHeader, withoutGarbage } from './header.ts';
import { CORRUPT, decodeWithJimp } from './jimp.ts';
import { createJpegDecoder, type JpegDecoder } from './kernel-decoder.ts';
import { decodeWithLibjpeg, type LibjpegResult } from './libjpeg.ts';
import { hasTooManyScans, tooManyScans } from './scans.ts';
import type { JpegPicture } from './tolerant-decoder.ts';

/** Decodes a JPEG to upright RGB. Throws `undecodable` or `too_large`. */
export async function decodeJpeg(bytes: Uint8Array, options: DecodeOptions, allocate?: Allocator): Promise<Pixels> {
  const header = readJpegHeader(bytes);
  checkSize(header, options);
  const isUpright = header.orientation === 1;
  const picture = { height: header.height, acceptsDamage: options.acceptsDamage === true };
  return orient(await decodeStored(bytes, header, picture, isUpright ? allocate : undefined), header.orientation);
}

/** Compiled when the first JPEG is decoded; null without SIMD. */
let decodeWithKernel: JpegDecoder | null | undefined;
/** Compiled when the first JPEG with 12 bits per sample is decoded. */
let decodeWithDeepKernel: JpegDecoder | undefined;

async function decodeStored(
  bytes: Uint8Array,
  header: JpegHeader,
  picture: JpegPicture,
  allocator?: Allocator,
): Promise<Pixels> {
  const allocate = allocator && once(allocator);
  if (header.precision === 12 && header.unread === undefined) return decodeDeep(bytes, picture, allocate);
  decodeWithKernel ??= createJpegDecoder(8) ?? null;
  const decoded = decodeWithKernel?.(bytes, picture, allocate);
  if (decoded !== undefined) return decoded;
  if (header.unread !== undefined) throw new ImgpipeError('undecodable', header.unread);
  if (header.progressive && hasTooManyScans(bytes)) throw tooManyScans();
  const cleaned = withoutGarbage(bytes);
  if (header.sampling.length === 4) {
    // jimp takes corrupt files for whole.
    if (decodeWithKernel !== null) throw new ImgpipeError('undecodable', CORRUPT);
    return decodeWithJimp(cleaned, header);
  }
  const result = tryLibjpeg(cleaned, header, allocate);
  if ('data' in result) return result;
  if (result.refused === 'header' && hasRareSampling(header)) return decodeWithJimp(cleaned, header);
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
