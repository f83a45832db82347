import { ImgpipeError } from '../../domain/errors.ts';
import type { PictureFormat } from '../../domain/records.ts';
import type { Background } from './background.ts';
import { readBmpHeader } from './bmp/header.ts';
import { readGifHeader } from './gif/header.ts';
import { readJpegHeader } from './jpeg/header.ts';
import { pixelBytes } from './pixel-memory.ts';
import { readImageHeader } from './png/header.ts';
import { readTiffHeader, tiledSize } from './tiff/header.ts';
import { frameMemory } from './webp/frame-memory.ts';
import { readWebpHeader } from './webp/header.ts';

/** The limits that a picture is checked against before it is decoded. */
export interface Limits {
  readonly maxPixels: number;
  /** In bytes, as estimated from the header; `undefined` for no limit. */
  readonly maxMemory?: number | undefined;
}

// The longest side that libjpeg can write: larger difference images could not be encoded.
const MAX_SIDE = 65_500;

/** How a picture is decoded. */
export interface DecodeOptions extends Limits {
  /** The colour under transparent pixels; by default white. */
  readonly background?: Background | undefined;
  /** Whether a picture of which data is missing is decoded as far as it goes, and says which of its pixels are whole. */
  readonly acceptsDamage?: boolean | undefined;
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
  /** Peak memory during decoding, approximately. */
  readonly memory: number;
  /** The size of the decoded pixels. */
  readonly pixels: number;
}

/** Throws `too_large` if the picture exceeds a limit, and `undecodable` if it has no valid header. */
export function needOf(bytes: Uint8Array, format: PictureFormat, limits: Limits): DecodingNeed {
  const need = NEEDS[format](bytes, limits);
  const { maxMemory } = limits;
  if (maxMemory !== undefined && need.memory > maxMemory) {
    const over = `${Math.ceil(need.memory / 1e6)} MB of memory to be decoded, over the limit of ${maxMemory / 1e6} (max_picture_memory)`;
    throw new ImgpipeError('too_large', `the picture needs ${over}`);
  }
  return need;
}

/**
 * Two copies of the file, two of the pixels, and the samples, of one byte or two. The coefficients, which progressive and
 * arithmetic-coded JPEGs and those of 12 bits have to keep, take two bytes for each sample.
 */
function needOfJpeg(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readJpegHeader(bytes);
  checkSize(header, limits);
  const count = header.width * header.height;
  const samples = header.sampling.length;
  const { precision, progressive, arithmetic } = header;
  const pixels = pixelBytes({ ...header, depth: precision });
  const sampleBytes = precision > 8 ? 4 : progressive || arithmetic ? 3 : 1;
  return { memory: 2 * bytes.length + 2 * pixels + count * samples * sampleBytes, pixels };
}

/** The file, the inflated data, and two copies of the pixels. */
function needOfPng(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readImageHeader(bytes);
  checkSize(header, limits);
  const inflated = header.height * (1 + Math.ceil((header.width * header.bitsPerPixel) / 8));
  const pixels = pixelBytes(header);
  return { memory: bytes.length + inflated + 2 * pixels, pixels };
}

/** The file, the pixels, and the samples of run-length encoding. */
function needOfBmp(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readBmpHeader(bytes);
  checkSize(header, limits);
  const pixels = header.width * header.height * 3;
  return { memory: bytes.length + header.width * header.height + pixels, pixels };
}

/** The file, the samples of the first frame, and the pixels of the canvas. */
function needOfGif(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readGifHeader(bytes);
  checkSize(header, limits);
  const pixels = header.width * header.height * 3;
  return { memory: bytes.length + header.frame.width * header.frame.height + pixels, pixels };
}

/** The file, a strip or tile, the samples (of 16 bits also their high bytes), and two copies of the pixels. */
function needOfTiff(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readTiffHeader(bytes);
  checkSize(header, limits);
  checkSize(tiledSize(header), limits);
  const { samplesPerPixel, bitsPerSample, chunk } = header;
  const pixels = pixelBytes({ ...header, depth: bitsPerSample });
  const samples = header.width * header.height * samplesPerPixel * (bitsPerSample === 16 ? 3 : 1);
  const strip = (chunk.width * chunk.height * samplesPerPixel * bitsPerSample) / 8;
  return { memory: bytes.length + 2 * strip + samples + 2 * pixels, pixels };
}

/** The file twice, libwebp's memory, and two copies of the pixels. */
function needOfWebp(bytes: Uint8Array, limits: Limits): DecodingNeed {
  const header = readWebpHeader(bytes);
  checkSize(header, limits);
  const pixels = header.width * header.height * 3;
  return { memory: bytes.length + frameMemory(header.frame) + 2 * pixels, pixels };
}

const NEEDS: Readonly<Record<PictureFormat, (bytes: Uint8Array, limits: Limits) => DecodingNeed>> = {
  jpg: needOfJpeg,
  png: needOfPng,
  webp: needOfWebp,
  gif: needOfGif,
  bmp: needOfBmp,
  tiff: needOfTiff,
};
