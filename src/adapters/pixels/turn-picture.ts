import { quarterTurn } from '../../analysis/quarter-turn.ts';
import { sha256Of } from '../../base/digest.ts';
import { formatOf } from '../../domain/picture-format.ts';
import { decodePicture, encodeDrawnJpeg } from './codec.ts';
import type { DecodeOptions } from './limits.ts';
import type { HeldPicture, PictureCache } from './picture-cache.ts';

export interface TurnOptions extends DecodeOptions {
  /** The cache of decoded pictures. If it is shared with a comparator, each picture is decoded once. */
  readonly cache: PictureCache;
}

/**
 * Rotates a picture by 90° counter-clockwise and encodes it as a JPEG of quality 75. Throws `undecodable` or
 * `too_large`.
 */
export async function turnPicture(bytes: Uint8Array, options: TurnOptions): Promise<Uint8Array> {
  const { pixels, release } = await decoded(bytes, options);
  try {
    return encodeDrawnJpeg(pixels, quarterTurn(pixels));
  } finally {
    release();
  }
}

async function decoded(bytes: Uint8Array, { cache, maxPixels, background }: TurnOptions): Promise<HeldPicture> {
  const sha256 = sha256Of(bytes);
  const cached = cache.hold(sha256);
  if (cached !== undefined) return cached;
  const format = formatOf(bytes);
  let unused: Uint8Array | undefined;
  const allocate = (length: number) => {
    unused = cache.allocate(length);
    return unused;
  };
  try {
    const pixels = await decodePicture(bytes, format, { maxPixels, background }, allocate);
    if (pixels.data.buffer === unused?.buffer) unused = undefined;
    return cache.put(sha256, pixels);
  } finally {
    if (unused !== undefined) cache.free(unused);
  }
}
