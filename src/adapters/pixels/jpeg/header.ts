import type { Orientation } from '../../../analysis/orientation.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { tiffOrientation } from '../exif.ts';

/** The properties of a JPEG that precede its first scan. */
export interface JpegHeader {
  /** As stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly precision: number;
  readonly progressive: boolean;
  /** The horizontal and vertical sampling factors of each component. */
  readonly sampling: readonly { readonly h: number; readonly v: number }[];
  readonly orientation: Orientation;
  /** The file without the garbage between its segments, which libjpeg would report as corruption. */
  readonly cleaned: Uint8Array;
}

type Frame = Omit<JpegHeader, 'orientation' | 'cleaned'>;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const TEM = 0x01;
const RST0 = 0xd0;
const RST7 = 0xd7;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];

/**
 * Reads the segments up to the first scan without decoding. Like libjpeg, skips garbage between segments and fill
 * bytes. Throws `undecodable` if no picture can follow.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw undecodable('the file does not start with a JPEG marker');
  let frame: Frame | undefined;
  let orientation: Orientation = 1;
  let sawExif = false;
  let tail = bytes.length;
  const pieces = [bytes.subarray(0, 2)];

  for (let at = nextMarker(bytes, 2); at < bytes.length; ) {
    tail = at - 1;
    const marker = bytes[at] as number;
    if (marker === SOI || marker === EOI || marker === SOS) break;
    if (marker === TEM || (marker >= RST0 && marker <= RST7)) {
      at = nextMarker(bytes, at + 1);
      continue;
    }
    const length = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const end = at + 1 + length;
    if (length < 2 || end > bytes.length) break;
    const body = bytes.subarray(at + 3, end);
    if (isFrame(marker)) {
      if (frame) throw undecodable('the JPEG has more than one frame');
      frame = readFrame(marker, body);
    } else if (marker === APP1 && !sawExif && EXIF.every((value, index) => body[index] === value)) {
      sawExif = true;
      orientation = tiffOrientation(body.subarray(EXIF.length));
    }
    pieces.push(bytes.subarray(tail, end));
    tail = end;
    at = nextMarker(bytes, end);
  }
  if (!frame) throw undecodable('the JPEG has no frame header before its first scan');
  pieces.push(bytes.subarray(tail));
  return { ...frame, orientation, cleaned: joined(pieces, bytes) };
}

/** The index of the next marker's second byte, or the length of the bytes if there is none. */
function nextMarker(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) return bytes.length;
    while (bytes[at] === 0xff) at++;
    // 0xff followed by 0 is data, not a marker.
    if (bytes[at] !== 0) return at;
  }
}

function joined(pieces: readonly Uint8Array[], whole: Uint8Array): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return length === whole.length ? whole : Buffer.concat(pieces);
}

/** SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC), which are in the same range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(marker: number, body: Uint8Array): Frame {
  const [precision = 0, high = 0, low = 0, left = 0, right = 0, components = 0] = body;
  const height = (high << 8) | low;
  const width = (left << 8) | right;
  if (body.length !== 6 + components * 3) throw undecodable('the JPEG has a corrupt frame header');
  if (width === 0 || height === 0 || components === 0)
    throw undecodable('the JPEG has a width, height or number of components of 0');
  const sampling = Array.from({ length: components }, (_, index) => {
    const factors = body[6 + index * 3 + 1] ?? 0;
    return { h: factors >> 4, v: factors & 15 };
  });
  // T.81, table B.1: in each group of four SOF markers, starting at C0, C4, C8 and CC, the third is progressive.
  return { width, height, precision, progressive: (marker & 3) === 2, sampling };
}

function undecodable(message: string): ImgpipeError {
  return new ImgpipeError('undecodable', message);
}
