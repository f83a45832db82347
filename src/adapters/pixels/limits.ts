import { ImgpipeError } from '../../domain/errors.ts';
import type { PictureFormat } from '../../domain/records.ts';
import type { Background } from './background.ts';
import { readBmpHeader } from './bmp/header.ts';
import { readGifHeader } from './gif/header.ts';
import { type JpegHeader, readJpegHeader } from './jpeg/header.ts';
import { sampleCount } from './jpeg/sample-count.ts';
import { type PixelLayout, pixelBytes } from './pixel-memory.ts';
import { readImageHeader } from './png/header.ts';
import { readTiffHeader, tiledSize } from './tiff/header.ts';
import { frameMemory } from './webp/frame-memory.ts';
import { readWebpHeader } from './webp/header.ts';

/** The limits that a picture is checked against before it is decoded. */
export interface Limits {
  readonly maxPixels: number;
  /** In bytes, as estimated from the header; `undefined` for no limit. */
  readonly maxMemory?: number | undefined;
  /** Whether a picture of which data is missing is decoded as far as it goes, and says which of its pixels are whole. */
  readonly acceptsDamage?: boolean | undefined;
}

// The longest side that libjpeg can write: larger difference images could not be encoded.
const MAX_SIDE = 65_500;

/** How a picture is decoded. */
export interface DecodeOptions extends Limits {
  /** The colour under transparent pixels; by default white. */
  readonly background?: Background | undefined;
}

/** Throws `too_large` if a picture's size, as its header states it, exceeds a limit. */
export function checkSize({ width, height }: { width: number; height: number }, { maxPixels }: Limits): void {
  const pixels = width * height;
  if (pixels > maxPixels) {
    const over = `${pixels / 1e6} megapixels, over the limit of ${maxPixels / 1e6} (max_megapixels)`;
    throw new ImgpipeError('too_large', `the picture is ${width} × ${height} = ${over}`);
  }
  if (width > MAX_SIDE || height > MAX_SIDE) {
    const over = `over the limit of ${MAX_SIDE} pixels for a side`;
    throw new ImgpipeError('too_large', `the picture is ${width} × ${height}, ${over}`);
  }
}

/** The memory needs of a picture, estimated from its header, in bytes. */
export interface DecodingNeed {
  /** The peak while it is decoded beside a picture of its size, or compared with it. */
  readonly memory: number;
  /** The size of the decoded pixels. */
  readonly pixels: number;
}

/** Throws `too_large` if the picture exceeds a limit, and `undecodable` if it has no valid header. */
export function needOf(bytes: Uint8Array, format: PictureFormat, limits: Limits): DecodingNeed {
  const need = NEEDS[format](bytes, limits);
  checkMemory(need.memory, limits, 'the picture');
  return need;
}

/** Throws `too_large` if decoding something takes more than so many bytes. */
export function checkMemory(memory: number, { maxMemory }: Limits, what: string): void {
  if (maxMemory === undefined || memory <= maxMemory) return;
  const over = `over the limit of ${maxMemory / 1e6} (max_picture_memory)`;
  throw new ImgpipeError('too_large', `${what} needs ${Math.ceil(memory / 1e6)} MB of memory, ${over}`);
}

/** What a decoder works with. */
interface Work {
  readonly file: number;
  /** The decoder's own memory besides the file and the pixels. */
  readonly scratch: number;
  readonly size: Pick<PixelLayout, 'width' | 'height'>;
  readonly depth?: number;
  readonly isTurned?: boolean;
}

/**
 * Three copies of the file: the caller's, the thread's and the decoder's. The pixels twice, because those of the picture that
 * it is compared with are held at the same time, and again while a picture is turned. Comparing two takes more than decoding
 * some pictures.
 */
function needFor({ file, scratch, size, depth = 8, isTurned = false }: Work, limits: Limits): DecodingNeed {
  const count = size.width * size.height;
  const pixels = pixelBytes({ ...size, depth });
  const areas = limits.acceptsDamage === true ? count * AREA_BYTES : 0;
  const decoding = 3 * file + scratch + (isTurned ? 3 : 2) * pixels;
  return { memory: Math.max(decoding, 2 * pixels + drawingMemory(size)) + areas, pixels };
}

/** For each pixel, whether it is whole in the picture, in the other one, and in both, for two threads. */
const AREA_BYTES = 4;
/** A coefficient is kept in 16 bits. */
const COEFFICIENT_BYTES = 2;
/** A difference image of noise and its file, which is put together from parts. */
const DRAWING_BYTES = 4;

/** The memory for drawing a difference image, in bytes. */
export function drawingMemory({ width, height }: Pick<PixelLayout, 'width' | 'height'>): number {
  return width * height * DRAWING_BYTES;
}

function needOfJpeg(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readJpegHeader(bytes);
  checkSize(header, limits);
  return jpegNeed(header, bytes.length, limits);
}

/**
 * The samples, of one byte or two, and the coefficients if they are kept: those of progressive and arithmetic-coded JPEGs and
 * those of 12 bits always are, others if their decoder finds a reason.
 */
export function jpegNeed(header: JpegHeader, file: number, limits: Limits, keeps = false): DecodingNeed {
  const { precision: depth, progressive, arithmetic, orientation } = header;
  const sampleBytes = depth > 8 ? 2 : 1;
  const isKept = keeps || progressive || arithmetic || depth > 8;
  const scratch = sampleCount(header) * (sampleBytes + (isKept ? COEFFICIENT_BYTES : 0));
  return needFor({ file, scratch, size: header, depth, isTurned: orientation !== 1 }, limits);
}

/** The inflated data. */
function needOfPng(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readImageHeader(bytes);
  checkSize(header, limits);
  const scratch = header.height * (1 + Math.ceil((header.width * header.bitsPerPixel) / 8));
  return needFor({ file: bytes.length, scratch, size: header, depth: header.depth }, limits);
}

/** The samples of run-length encoding. */
function needOfBmp(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readBmpHeader(bytes);
  checkSize(header, limits);
  const scratch = header.encoding === 'plain' ? 0 : header.width * header.height;
  return needFor({ file: bytes.length, scratch, size: header }, limits);
}

/** The samples of the first frame. */
function needOfGif(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readGifHeader(bytes);
  checkSize(header, limits);
  return needFor({ file: bytes.length, scratch: header.frame.width * header.frame.height, size: header }, limits);
}

/** A strip or tile that is expanded, and the samples, of 16 bits also their high bytes. */
function needOfTiff(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readTiffHeader(bytes);
  checkSize(header, limits);
  checkSize(tiledSize(header), limits);
  const { width, height, samplesPerPixel, bitsPerSample: depth, chunk, compression } = header;
  const strip = compression === 'none' ? 0 : (chunk.width * chunk.height * samplesPerPixel * depth) / 8;
  const scratch = strip + width * height * samplesPerPixel * (depth === 16 ? 3 : 1);
  return needFor({ file: bytes.length, scratch, size: header, depth, isTurned: header.orientation !== 1 }, limits);
}

/** libwebp's memory, which has a copy of the file. */
function needOfWebp(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readWebpHeader(bytes);
  checkSize(header, limits);
  const scratch = frameMemory(header.frame);
  return needFor({ file: bytes.length, scratch, size: header, isTurned: header.orientation !== 1 }, limits);
}

const NEEDS: Readonly<Record<PictureFormat, (bytes: Uint8Array, limits: Limits) => DecodingNeed>> = {
  jpg: needOfJpeg,
  png: needOfPng,
  webp: needOfWebp,
  gif: needOfGif,
  bmp: needOfBmp,
  tiff: needOfTiff,
};
