import type { Pixels } from '../../../analysis/pixels.ts';
import { type Allocator, allocateNew } from '../pixel-memory.ts';
import { createDecoderKernel, type DecoderKernel, type Precision } from './decoder-kernel.ts';
import { Irregular } from './decoding.ts';
import type { JpegPicture } from './jpeg-picture.ts';
import { decodeRegular } from './regular-decoder.ts';
import { decodeTolerantly } from './tolerant-decoder.ts';

/**
 * Decodes a JPEG to RGB, without applying an orientation: baseline, extended or progressive with Huffman or arithmetic coding,
 * grey, YCbCr, RGB, CMYK or YCCK, any sampling factors. The pixels are those of libjpeg-turbo with its
 * accurate DCT; what is odd about the file is in their notes. If data of the picture is missing, throws `undecodable`, or tells
 * which pixels are whole. Returns undefined for any other JPEG, which may be whole nevertheless.
 */
export type JpegDecoder = (bytes: Uint8Array, picture: JpegPicture, allocate?: Allocator) => Pixels | undefined;

/** WebAssembly memory never shrinks: a kernel that has grown beyond this is replaced. */
const MAX_KEPT_MEMORY = 64 * 2 ** 20;

/** Creates a decoder for samples of so many bits. Without SIMD it is `undefined` for 8 bits. */
export function createJpegDecoder(precision: Precision): JpegDecoder | undefined {
  let kernel = createDecoderKernel(precision);
  if (kernel === undefined) return undefined;

  function attempt(decode: (kernel: DecoderKernel) => Pixels): Pixels | undefined {
    kernel ??= createDecoderKernel(precision);
    if (kernel === undefined) return undefined;
    try {
      return decode(kernel);
    } catch (thrown) {
      if (thrown instanceof Irregular) return undefined;
      if (!(thrown instanceof Error) || thrown.name === 'RuntimeError') kernel = undefined;
      throw thrown;
    }
  }

  return (bytes, picture, allocate = allocateNew) => {
    try {
      return (
        attempt((own) => decodeRegular(own, bytes, picture, allocate)) ??
        attempt((own) => decodeTolerantly(own, bytes, picture, allocate))
      );
    } finally {
      if (kernel !== undefined && kernel.memory.buffer.byteLength > MAX_KEPT_MEMORY) kernel = undefined;
    }
  };
}
