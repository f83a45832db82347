import type { Orientation } from '../../../analysis/orientation.ts';
import { textAt, uint32At } from '../../../base/read-bytes.ts';
import { tiffOrientation } from '../exif.ts';
import { undecodable } from '../verdicts.ts';
import { chunksOf, webpChunks } from './chunks.ts';

/** The first frame of a WebP. */
export interface WebpHeader {
  /** The canvas as stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  readonly frame: WebpFrame;
  readonly animated: boolean;
  readonly orientation: Orientation;
  /** What is odd about the file, as a sentence in lower case. */
  readonly odd: string | undefined;
}

/** A picture within the canvas: a VP8 or VP8L stream. */
export interface WebpFrame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly lossless: boolean;
  readonly data: Uint8Array;
  /** The alpha of a lossy frame; undefined if it has none. */
  readonly alpha: Uint8Array | undefined;
}

const FRAME_HEADER = 16;
/** What follows so many chunks is not looked for. */
const MAX_CHUNKS = 2 ** 16;
const EXIF_START = 'Exif\0\0';

/** Reads the chunks of the container (RFC 9649, section 2) without decoding. Throws `undecodable`. */
export function readWebpHeader(bytes: Uint8Array): WebpHeader {
  const stated = (uint32At(bytes, 4) ?? 0) + 8;
  let canvas: { width: number; height: number } | undefined;
  let orientation: Orientation = 1;
  let alpha: Uint8Array | undefined;
  let frame: WebpFrame | undefined;
  let animated = false;
  let chunks = 0;
  for (const { type, body } of webpChunks(bytes)) {
    chunks += 1;
    if (chunks > MAX_CHUNKS) {
      if (frame === undefined) throw undecodable(`the WebP has more than ${MAX_CHUNKS} chunks before its picture`);
      break;
    }
    if (type === 'VP8X' && canvas === undefined && frame === undefined) {
      if (body.length < 10) throw corrupt();
      canvas = { width: uint24(body, 4) + 1, height: uint24(body, 7) + 1 };
    } else if (type === 'ALPH') {
      alpha ??= body;
    } else if (type === 'VP8 ' || type === 'VP8L') {
      frame ??= frameOf(type, body, alpha);
    } else if (type === 'ANMF' && frame === undefined) {
      frame = animationFrame(body);
      animated = true;
    } else if (type === 'EXIF') {
      orientation = tiffOrientation(textAt(body, 0, 6) === EXIF_START ? body.subarray(6) : body);
    }
  }
  if (frame === undefined && stated > bytes.length) {
    throw undecodable(`the WebP is cut short: ${bytes.length} of its ${stated} bytes are there`);
  }
  if (frame === undefined) throw undecodable('the WebP has no picture');
  const { x, y, width, height } = frame;
  const whole = canvas ?? { width, height };
  const fits = animated
    ? x + width <= whole.width && y + height <= whole.height
    : width === whole.width && height === whole.height;
  if (!fits) throw undecodable('the WebP is damaged: its picture does not have the size of its canvas');
  return { ...whole, frame, animated, orientation, odd: oddLength(stated, bytes.length) };
}

/** What is odd about the length of a file whose picture is whole. Many a program counts the first eight bytes too. */
function oddLength(stated: number, actual: number): string | undefined {
  if (stated > actual) return 'the WebP is shorter than it states: what may follow its picture is missing';
  return stated + (stated % 2) < actual ? 'the WebP is longer than it states' : undefined;
}

function animationFrame(body: Uint8Array): WebpFrame | undefined {
  if (body.length < FRAME_HEADER) throw corrupt();
  const place = { x: 2 * uint24(body, 0), y: 2 * uint24(body, 3) };
  let alpha: Uint8Array | undefined;
  for (const { type, body: part } of chunksOf(body.subarray(FRAME_HEADER))) {
    if (type === 'ALPH') alpha ??= part;
    if (type !== 'VP8 ' && type !== 'VP8L') continue;
    const frame = { ...frameOf(type, part, alpha), ...place };
    if (frame.width !== uint24(body, 6) + 1 || frame.height !== uint24(body, 9) + 1) throw corrupt();
    return frame;
  }
  throw corrupt();
}

function frameOf(type: 'VP8 ' | 'VP8L', data: Uint8Array, alpha: Uint8Array | undefined): WebpFrame {
  if (type === 'VP8L') return { x: 0, y: 0, ...losslessSize(data), lossless: true, data, alpha: undefined };
  return { x: 0, y: 0, ...lossySize(data), lossless: false, data, alpha };
}

/** RFC 6386, section 9.1: a key frame has its size after a tag and three bytes. */
function lossySize(data: Uint8Array) {
  if (data.length < 10 || ((data[0] as number) & 1) !== 0) throw corrupt();
  if (data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) throw corrupt();
  const sides = uint32At(data, 6) ?? 0;
  return positive({ width: sides & 0x3fff, height: (sides >>> 16) & 0x3fff });
}

/** RFC 9649, section 3.4. */
function losslessSize(data: Uint8Array) {
  const bits = uint32At(data, 1);
  if (bits === undefined || data[0] !== 0x2f) throw corrupt();
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function positive<T extends { width: number; height: number }>(size: T): T {
  if (size.width === 0 || size.height === 0) throw undecodable('the WebP has an invalid size');
  return size;
}

function uint24(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
}

function corrupt() {
  return undecodable('the WebP is cut short or damaged');
}
