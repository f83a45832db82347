import { crc32 } from 'node:zlib';
import type { Orientation } from '../../analysis/orientation.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import { tiffOrientation } from './exif.ts';
import { chunkName, HEAD_END, type PngHead, readPngHead } from './png-head.ts';

/** What a PNG says of itself in its chunks. */
export interface PngHeader extends PngHead {
  readonly orientation: Orientation;
  /** PLTE, as it is; empty where there is none. */
  readonly palette: Uint8Array;
  /** tRNS, as it is. */
  readonly transparency: Uint8Array | undefined;
  /** The compressed pixels, in pieces. */
  readonly data: readonly Uint8Array[];
}

/**
 * Walks the chunks up to IEND once without decoding anything. Throws `undecodable` where they are cut short or damaged,
 * lack what a picture needs, or say twice what decides over its pixels (a second IHDR would slip past the limits).
 */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const head = readPngHead(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let orientation: Orientation = 1;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  const data: Uint8Array[] = [];
  if (!isWhole(bytes, 12, HEAD_END - 4)) throw damaged();

  for (let at = HEAD_END; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) break;
    const name = chunkName(bytes, at + 4);
    const body = bytes.subarray(at + 8, end - 4);
    if (!isWhole(bytes, at + 4, end - 4)) {
      // As in libpng an ancillary chunk may be damaged and is passed over then; not one that the pixels hang on.
      if (isCritical(name) || name === 'tRNS') throw damaged();
    } else if (name === 'IHDR') {
      throw undecodable('the PNG states its size twice');
    } else if (name === 'IDAT') {
      data.push(body);
    } else if (name === 'IEND') {
      if (data.length === 0) throw undecodable('the PNG holds no picture');
      return { ...head, orientation, palette: palette ?? new Uint8Array(), transparency, data };
    } else if (name === 'PLTE') {
      if (palette) throw undecodable('the PNG states its palette twice');
      // Section 5.6: these three come before the pixels. Where they do not, they are passed over as in libpng.
      if (data.length === 0) palette = body;
    } else if (name === 'tRNS') {
      if (transparency) throw undecodable('the PNG states its transparency twice');
      if (data.length === 0) transparency = body;
    } else if (name === 'eXIf') {
      if (data.length === 0) orientation = tiffOrientation(body);
    } else if (isCritical(name)) {
      throw undecodable('the PNG has a part that is needed to read it, and is unknown');
    }
    at = end;
  }
  throw damaged();
}

/** Whether the check sum behind a chunk's name and body is theirs (section 5.3). */
function isWhole(bytes: Uint8Array, from: number, to: number): boolean {
  const stated = new DataView(bytes.buffer, bytes.byteOffset + to, 4).getUint32(0);
  return crc32(bytes.subarray(from, to)) === stated;
}

/** Section 5.4: a decoder must know what begins with a capital letter. */
function isCritical(name: string): boolean {
  return (name.charCodeAt(0) & 0x20) === 0;
}

function damaged(): ImgpipeError {
  return undecodable('the PNG is cut short or damaged');
}

function undecodable(message: string): ImgpipeError {
  return new ImgpipeError('undecodable', message);
}
