import type { Orientation } from '../../../analysis/orientation.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { tiffOrientation } from '../exif.ts';

/** What a JPEG says of itself before its first scan. */
export interface JpegHeader {
  /** As stored: orientation not applied. */
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. */
  readonly precision: number;
  readonly progressive: boolean;
  /** The sampling factors of each component. */
  readonly sampling: readonly { readonly h: number; readonly v: number }[];
  readonly orientation: Orientation;
  /** The same file without what stands between its segments, which libjpeg would take for damage. */
  readonly tidy: Uint8Array;
}

type Frame = Omit<JpegHeader, 'orientation' | 'tidy'>;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const TEM = 0x01;
const RST0 = 0xd0;
const RST7 = 0xd7;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];

/**
 * Reads the segments up to the first scan, in one pass and without decoding anything. As libjpeg does, passes over what
 * stands between segments and over fill bytes. Throws `undecodable` where no picture can follow.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw undecodable('the file does not begin as a JPEG does');
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
      if (frame) throw undecodable('the JPEG holds more than one frame');
      frame = readFrame(marker, body);
    } else if (marker === APP1 && !sawExif && EXIF.every((value, index) => body[index] === value)) {
      sawExif = true;
      orientation = tiffOrientation(body.subarray(EXIF.length));
    }
    pieces.push(bytes.subarray(tail, end));
    tail = end;
    at = nextMarker(bytes, end);
  }
  if (!frame) throw undecodable('the JPEG ends, or its picture begins, before its size is stated');
  pieces.push(bytes.subarray(tail));
  return { ...frame, orientation, tidy: joined(pieces, bytes) };
}

/** The place of the next marker's second byte, or the length of the bytes where none follows. */
function nextMarker(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) return bytes.length;
    while (bytes[at] === 0xff) at++;
    // A 0 after the fill bytes makes them data, not a marker.
    if (bytes[at] !== 0) return at;
  }
}

function joined(pieces: readonly Uint8Array[], whole: Uint8Array): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return length === whole.length ? whole : Buffer.concat(pieces);
}

/** SOF0 to SOF15 without DHT (C4), JPG (C8) and DAC (CC), which lie among them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(marker: number, body: Uint8Array): Frame {
  const [precision = 0, high = 0, low = 0, left = 0, right = 0, components = 0] = body;
  const height = (high << 8) | low;
  const width = (left << 8) | right;
  if (body.length !== 6 + components * 3) throw undecodable('the JPEG states its size in a damaged segment');
  if (width === 0 || height === 0 || components === 0) throw undecodable('the JPEG states a size of nothing');
  const sampling = Array.from({ length: components }, (_, index) => {
    const factors = body[6 + index * 3 + 1] ?? 0;
    return { h: factors >> 4, v: factors & 15 };
  });
  // T.81, table B.1: within each group of four frames (C0, C4, C8, CC) the third is the progressive one.
  return { width, height, precision, progressive: (marker & 3) === 2, sampling };
}

function undecodable(message: string): ImgpipeError {
  return new ImgpipeError('undecodable', message);
}
