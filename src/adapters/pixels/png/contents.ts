import type { Orientation } from '../../../analysis/orientation.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { tiffOrientation } from '../exif.ts';
import { createNotes, type Notes } from '../notes.ts';
import { createAncillaryCheck, isAncillary } from './ancillary.ts';
import {
  type Chunk,
  chunksOf,
  concatenated,
  EXIF,
  hasValidChecksum,
  IDAT,
  IEND,
  IHDR,
  isChunkType,
  nameOf,
  PLTE,
  TRNS,
} from './chunks.ts';
import { type ImageHeader, readImageHeader } from './header.ts';

/** The contents of a PNG's chunks. */
export interface PngContents extends ImageHeader {
  readonly orientation: Orientation;
  /** The bytes of PLTE; empty if there is none. */
  readonly palette: Uint8Array;
  /** The bytes of tRNS. */
  readonly transparency: Uint8Array | undefined;
  /** The compressed pixels: all IDAT chunks. */
  readonly data: Uint8Array;
  /** What is odd about the file; the decoder adds to them. */
  readonly notes: Notes;
}

/**
 * Reads the chunks up to IEND without decoding the pixels. What libpng only warns of becomes a note. Throws
 * `undecodable` if a chunk that the pixels need is corrupt or missing, or if IHDR or PLTE occurs twice (a second IHDR
 * would bypass the size limits).
 */
export function readPngContents(bytes: Uint8Array): PngContents {
  const header = readImageHeader(bytes);
  const notes = createNotes();
  let orientation: Orientation = 1;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  let isFirst = true;
  let hasData = false;
  /** Whether the chunk before was an IDAT. */
  let isInData = false;
  const ancillary = createAncillaryCheck(header, {
    colours: () => palette && palette.length / 3,
    hasData: () => hasData,
  });

  /** Takes a chunk with a valid checksum. */
  function takeAncillary(chunk: Chunk): void {
    const { type, from, to } = chunk;
    const fault = type === PLTE ? faultOfSuggestion(palette, hasData) : ancillary.faultOf(chunk);
    if (fault !== undefined) {
      notes.add(fault);
      return;
    }
    const body = bytes.subarray(from, to);
    if (type === PLTE) palette = body;
    if (type === TRNS) transparency = body;
    if (type === EXIF) orientation = tiffOrientation(body);
  }

  /** Takes a chunk that the pixels need. */
  function takeCritical({ type, from, to }: Chunk): void {
    if (type === IDAT) {
      if (hasData && !isInData) notes.add('other chunks lie between the IDAT chunks');
      hasData = true;
    } else if (type === PLTE) {
      if (palette) throw undecodable('the PNG has two PLTE chunks');
      if (hasData) notes.add('PLTE is in the wrong place, and it is ignored');
      else palette = bytes.subarray(from, to);
    } else if (type !== IHDR) {
      throw undecodable('the PNG has an unknown critical chunk');
    } else if (!isFirst) {
      throw undecodable('the PNG has two IHDR chunks');
    }
  }

  /** Reads the chunks, and returns where the last one with a part of the picture may start. */
  function readChunks(): number {
    for (const chunk of chunksOf(bytes)) {
      const { type, from, isCut } = chunk;
      if (type === IEND) {
        noteEnd(bytes, chunk, notes);
        return from;
      }
      const isNeeded = !isAncillary(type, header.colour);
      if (hasData && (!isChunkType(type) || (isNeeded && !KNOWN.includes(type)))) {
        notes.add('the image data is followed by an unknown chunk');
        return from;
      }
      if (!isChunkType(type)) throw undecodable(`the PNG is corrupt: there is no valid chunk at byte ${from - 8}`);
      if (isCut) {
        notes.add(`the file ends within ${nameOf(type)}`);
        if (type === IDAT) hasData = true;
        return bytes.length;
      }
      if (!hasValidChecksum(bytes, chunk)) {
        const checksum = `the checksum of ${nameOf(type)}`;
        if (isNeeded) throw undecodable(`the PNG is corrupt: ${checksum}, at byte ${from - 8}, is wrong`);
        notes.add(`${checksum} is wrong, and it is ignored`);
      } else if (isNeeded) {
        takeCritical(chunk);
      } else {
        takeAncillary(chunk);
      }
      isFirst = false;
      isInData = type === IDAT;
    }
    notes.add('the end marker (IEND) is missing');
    return bytes.length;
  }

  const end = readChunks();
  if (!hasData) throw undecodable(end === bytes.length ? CUT_BEFORE_DATA : 'the PNG has no IDAT chunk');
  const data = concatenated(bytes, IDAT, end);
  return { ...header, orientation, palette: palette ?? new Uint8Array(), transparency, data, notes };
}

/** The critical chunks of the specification. */
const KNOWN = [IHDR, PLTE, IDAT, IEND];
const CUT_BEFORE_DATA = 'the PNG is cut short before its image data';

/** Why PLTE in a picture without a palette is to be ignored. */
function faultOfSuggestion(palette: Uint8Array | undefined, hasData: boolean): string | undefined {
  if (palette) return 'PLTE occurs more than once; the first one is used';
  return hasData ? 'PLTE is in the wrong place, and it is ignored' : undefined;
}

function noteEnd(bytes: Uint8Array, chunk: Chunk, notes: Notes): void {
  const { from, to, isCut } = chunk;
  if (isCut) {
    notes.add('the end marker (IEND) is cut short');
    return;
  }
  if (to > from) notes.add('the end marker (IEND) is not empty');
  if (!hasValidChecksum(bytes, chunk)) notes.add('the checksum of the end marker (IEND) is wrong');
  if (to + 4 < bytes.length) notes.add('more bytes follow the end marker (IEND)');
}

function undecodable(message: string): ImgpipeError {
  return new ImgpipeError('undecodable', message);
}
