import type { Orientation } from '../../../analysis/orientation.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { tiffOrientation } from '../exif.ts';
import { chunksOf, EXIF, gathered, IDAT, IEND, IHDR, isCritical, isWhole, PLTE, TRNS } from './chunks.ts';
import { type PngHead, readPngHead } from './head.ts';

/** What a PNG says of itself in its chunks. */
export interface PngHeader extends PngHead {
  readonly orientation: Orientation;
  /** PLTE, as it is; empty where there is none. */
  readonly palette: Uint8Array;
  /** tRNS, as it is. */
  readonly transparency: Uint8Array | undefined;
  /** The compressed pixels. */
  readonly data: Uint8Array;
}

/**
 * Walks the chunks up to IEND without decoding anything. Throws `undecodable` where they are cut short or damaged, lack
 * what a picture needs, or say twice what decides over its pixels (a second IHDR would slip past the limits).
 */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const head = readPngHead(bytes);
  let orientation: Orientation = 1;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let heads = 0;
  let sawData = false;

  for (const chunk of chunksOf(bytes)) {
    const { name } = chunk;
    const critical = isCritical(chunk);
    if (!critical && name !== TRNS && name !== EXIF) continue;
    if (!isWhole(bytes, chunk)) {
      // As in libpng a damaged chunk that is not critical is passed over; not the one that the pixels hang on.
      if (name === EXIF) continue;
      throw damaged();
    }
    const body = bytes.subarray(chunk.from, chunk.to);
    // Section 5.6: palette, transparency and EXIF come before the pixels. Where they do not, they are passed over as in
    // libpng.
    if (name === IHDR) {
      heads++;
      if (heads > 1) throw undecodable('the PNG states its size twice');
    } else if (name === PLTE) {
      if (palette) throw undecodable('the PNG states its palette twice');
      if (!sawData) palette = body;
    } else if (name === TRNS) {
      if (transparency) throw undecodable('the PNG states its transparency twice');
      if (!sawData) transparency = body;
    } else if (name === EXIF) {
      if (!sawData) orientation = tiffOrientation(body);
    } else if (name === IDAT) {
      sawData = true;
    } else if (name === IEND) {
      if (!sawData) throw undecodable('the PNG holds no picture');
      return { ...head, orientation, palette: palette ?? new Uint8Array(), transparency, data: gathered(bytes, IDAT) };
    } else {
      throw undecodable('the PNG has a part that is needed to read it, and is unknown');
    }
  }
  throw damaged();
}

function damaged(): ImgpipeError {
  return undecodable('the PNG is cut short or damaged');
}

function undecodable(message: string): ImgpipeError {
  return new ImgpipeError('undecodable', message);
}
