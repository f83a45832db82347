import type { Orientation } from '../../../analysis/orientation.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { tiffOrientation } from '../exif.ts';
import { EOI, MAX_SEGMENTS, MIN_LENGTH, SOI, SOS, word } from './segments.ts';

/** The properties of a JPEG that precede its first scan. */
export interface JpegHeader {
  /** As stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly precision: number;
  readonly progressive: boolean;
  /** Whether its entropy coding is arithmetic, and not Huffman's. */
  readonly arithmetic: boolean;
  /** The horizontal and vertical sampling factors of each component. */
  readonly sampling: readonly { readonly h: number; readonly v: number }[];
  readonly orientation: Orientation;
  /** Why no decoder here reads its kind, such as lossless JPEG. */
  readonly unread: string | undefined;
}

type Frame = Omit<JpegHeader, 'orientation'>;

const APP1 = 0xe1;
const TEM = 0x01;
/** T.87, table C.1. */
const SOF55 = 0xf7;
const RST0 = 0xd0;
const RST7 = 0xd7;
const DNL_START = 'ffdc0004';
const NOT_READ = ', which imgpipe does not read: convert it to a JPEG with 8 bits a sample, or to PNG';
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];

/**
 * Reads the segments up to the first scan without decoding, in bounded time and memory. Like libjpeg, skips garbage between
 * segments and fill bytes. Throws `undecodable` if no picture can follow.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw undecodable('the file does not start with a JPEG marker');
  let frame: Frame | undefined;
  let orientation: Orientation | undefined;
  let last: number | undefined;
  for (const { marker, body } of segmentsOf(bytes)) {
    last = marker;
    if (isFrame(marker)) {
      if (frame) throw undecodable('the JPEG has more than one frame');
      frame = readFrame(marker, body, () => linesOf(bytes));
    } else if (marker === APP1 && orientation === undefined && EXIF.every((value, index) => body[index] === value)) {
      orientation = tiffOrientation(body.subarray(EXIF.length));
    }
  }
  if (last === undefined || !isEnd(last)) throw undecodable('the JPEG is cut short before its image data');
  if (!frame) throw undecodable('the JPEG has no frame header before its first scan');
  return { ...frame, orientation: orientation ?? 1 };
}

/** The file without the garbage between the segments before its first scan, which libjpeg would report as corruption. */
export function withoutGarbage(bytes: Uint8Array): Uint8Array {
  const pieces = [bytes.subarray(0, 2)];
  let tail = 2;
  let isClean = true;
  for (const { marker, start, end } of segmentsOf(bytes)) {
    if (isEnd(marker)) break;
    isClean &&= start === tail;
    pieces.push(bytes.subarray(start, end));
    tail = end;
  }
  if (isClean) return bytes;
  const scan = nextMarker(bytes, tail) - 1;
  return Buffer.concat([...pieces, bytes.subarray(scan)]);
}

/**
 * The segments before the first scan, each with the index of its marker's 0xff and the one after its end; then the marker that
 * ends them, unless the file does.
 */
function* segmentsOf(bytes: Uint8Array) {
  let count = 0;
  for (let at = nextMarker(bytes, 2); at < bytes.length; ) {
    const marker = bytes[at] as number;
    if (isEnd(marker)) {
      yield { marker, body: bytes.subarray(at, at), start: at - 1, end: at - 1 };
      return;
    }
    if (marker === TEM || (marker >= RST0 && marker <= RST7)) {
      at = nextMarker(bytes, at + 1);
      continue;
    }
    // Like libjpeg, takes a segment for empty that states an invalid length.
    const end = at + 1 + Math.max(word(bytes, at + 1), MIN_LENGTH);
    if (end > bytes.length) return;
    count += 1;
    if (count > MAX_SEGMENTS)
      throw undecodable(`the JPEG has more than ${MAX_SEGMENTS} segments before its first scan`);
    yield { marker, body: bytes.subarray(at + 3, end), start: at - 1, end };
    at = nextMarker(bytes, end);
  }
}

/** The height that a DNL segment after the first scan states (T.81, B.2.5), if the frame does not. */
function linesOf(bytes: Uint8Array): number {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(DNL_START, 2, 'hex');
  return at < 0 ? 0 : word(bytes, at + DNL_START.length / 2);
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

/** Whether no segment of the header can follow a marker. */
function isEnd(marker: number): boolean {
  return marker === SOI || marker === EOI || marker === SOS;
}

/** SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC), which are in the same range, and the frame of JPEG-LS. */
function isFrame(marker: number): boolean {
  if (marker === SOF55) return true;
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(marker: number, body: Uint8Array, lines: () => number): Frame {
  const [precision = 0, , , , , components = 0] = body;
  const height = word(body, 1) || lines();
  const width = word(body, 3);
  if (body.length !== 6 + components * 3) throw undecodable('the JPEG has a corrupt frame header');
  if (width === 0 || height === 0 || components === 0)
    throw undecodable('the JPEG has a width, height or number of components of 0');
  const sampling = Array.from({ length: components }, (_, index) => {
    const factors = body[6 + index * 3 + 1] ?? 0;
    return { h: factors >> 4, v: factors & 15 };
  });
  // T.81, table B.1: in each group of four SOF markers, starting at C0, C4, C8 and CC, the third is progressive.
  return {
    width,
    height,
    precision,
    progressive: (marker & 3) === 2,
    arithmetic: (marker & 8) > 0,
    sampling,
    unread: kindNotRead(marker, precision, components),
  };
}

/** Why no decoder here reads a kind of JPEG. */
function kindNotRead(marker: number, precision: number, components: number): string | undefined {
  if (marker === SOF55) return `it is a JPEG-LS${NOT_READ}`;
  if ((marker & 3) === 3) return `it is a lossless JPEG${NOT_READ}`;
  if ((marker & 7) > 4) return `it is a hierarchical JPEG${NOT_READ}`;
  if (precision !== 8 && precision !== 12) return `it is a JPEG with ${precision} bits a sample${NOT_READ}`;
  if (components === 2 || components > 4) return `it is a JPEG with ${components} components${NOT_READ}`;
  return undefined;
}

function undecodable(message: string): ImgpipeError {
  return new ImgpipeError('undecodable', message);
}
