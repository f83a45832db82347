import type { Orientation } from '../../../analysis/orientation.ts';
import { tiffOrientation } from '../exif.ts';
import { notRead, undecodable } from '../verdicts.ts';
import { type Directory, readDirectory, TAGS } from './directory.ts';

/** How the samples of a pixel are meant. */
export type Photometric = 'white-is-0' | 'black-is-0' | 'rgb' | 'palette' | 'cmyk';

export type Compression = 'none' | 'lzw' | 'deflate' | 'packbits';

/** What the first page of a TIFF states about itself. */
export interface TiffHeader {
  /** As stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  readonly littleEndian: boolean;
  readonly photometric: Photometric;
  readonly compression: Compression;
  readonly bitsPerSample: 1 | 2 | 4 | 8 | 16;
  readonly samplesPerPixel: number;
  /** Whether a fourth sample of RGB, or a second of grey, is alpha, and whether colours are multiplied with it. */
  readonly alpha: 'none' | 'plain' | 'premultiplied';
  /** Whether each sample has chunks of its own. */
  readonly planar: boolean;
  /** Whether the bits of each byte of the data are in the reverse order. */
  readonly reversedBits: boolean;
  /** Whether samples are stored as differences from the pixel to their left. */
  readonly differences: boolean;
  /** The palette: all reds, all greens, all blues, of 16 bits. */
  readonly colourMap: Uint32Array;
  /** The size of a strip or tile, and how many there are in a row and in a column. Tiles may reach beyond the picture. */
  readonly chunk: { readonly width: number; readonly height: number; readonly across: number; readonly down: number };
  readonly orientation: Orientation;
  readonly hasMorePages: boolean;
}

const MAX_SAMPLES = 8;
const MAX_SIDE = 2 ** 31 - 1;
const DEPTHS = [1, 2, 4, 8, 16] as const;
const COMPRESSIONS: Readonly<Record<number, Compression>> = {
  1: 'none',
  5: 'lzw',
  8: 'deflate',
  32946: 'deflate',
  32773: 'packbits',
};
const COMPRESSION_NAMES: Readonly<Record<number, string>> = {
  2: 'CCITT',
  3: 'fax',
  4: 'fax',
  6: 'JPEG',
  7: 'JPEG',
  34925: 'LZMA',
  50000: 'Zstandard',
  50001: 'WebP',
};
const PHOTOMETRICS: Readonly<Record<number, Photometric>> = {
  0: 'white-is-0',
  1: 'black-is-0',
  2: 'rgb',
  3: 'palette',
  5: 'cmyk',
};
const PHOTOMETRIC_NAMES: Readonly<Record<number, string>> = {
  6: 'YCbCr colours',
  8: 'CIELab colours',
  32803: 'raw sensor data',
  34892: 'raw sensor data',
};
const COLOURS: Readonly<Record<Photometric, number>> = {
  'white-is-0': 1,
  'black-is-0': 1,
  rgb: 3,
  palette: 1,
  cmyk: 4,
};
const [CFA, LINEAR_RAW] = [32803, 34892];

function sizeOf(directory: Directory) {
  const width = directory.value(TAGS.width, 0);
  const height = directory.value(TAGS.height, 0);
  if (width === 0 || height === 0 || width > MAX_SIDE || height > MAX_SIDE)
    throw undecodable('the TIFF has an invalid size');
  return { width, height };
}

/** Reads the first directory, but not where the data is. Throws `undecodable`. */
export function readTiffHeader(bytes: Uint8Array): TiffHeader {
  const directory = readDirectory(bytes);
  const { value } = directory;
  const size = sizeOf(directory);
  refuseRaw(directory);
  const [photometricCode, compressionCode] = [value(TAGS.photometric, -1), value(TAGS.compression, 1)];
  const photometric = PHOTOMETRICS[photometricCode];
  const compression = COMPRESSIONS[compressionCode];
  if (compression === undefined) {
    throw notRead('TIFF', `${COMPRESSION_NAMES[compressionCode] ?? 'unknown'} compression (${compressionCode})`);
  }
  if (photometric === undefined) {
    throw notRead('TIFF', PHOTOMETRIC_NAMES[photometricCode] ?? `unknown colours (${photometricCode})`);
  }
  const samplesPerPixel = value(TAGS.samplesPerPixel, 1);
  const colours = COLOURS[photometric];
  if (samplesPerPixel < colours || samplesPerPixel > MAX_SAMPLES)
    throw undecodable(`the TIFF has ${samplesPerPixel} samples per pixel`);
  const bitsPerSample = bitsOf(directory, photometric);
  const planar = value(TAGS.planar, 1) === 2 && samplesPerPixel > 1;
  const predictor = value(TAGS.predictor, 1);
  if (predictor > 2 || (predictor === 2 && bitsPerSample < 8)) throw notRead('TIFF', `predictor ${predictor}`);
  return {
    ...size,
    littleEndian: bytes[0] === 0x49,
    photometric,
    compression,
    bitsPerSample,
    samplesPerPixel,
    alpha: alphaOf(directory, samplesPerPixel - colours),
    planar,
    reversedBits: value(TAGS.fillOrder, 1) === 2,
    differences: predictor === 2 && (compression === 'lzw' || compression === 'deflate'),
    colourMap: photometric === 'palette' ? colourMapOf(directory, bitsPerSample) : new Uint32Array(),
    chunk: chunkOf(directory, size),
    orientation: tiffOrientation(bytes),
    hasMorePages: directory.hasNext,
  };
}

/** The first directory of a raw picture is a preview, or sensor data, and never the picture. */
function refuseRaw(directory: Directory): void {
  const photometric = directory.value(TAGS.photometric, 0);
  const isPreview = (directory.value(TAGS.subfileType, 0) & 1) === 1;
  if (!directory.has(TAGS.dngVersion) && photometric !== CFA && photometric !== LINEAR_RAW && !isPreview) return;
  throw undecodable(
    "it is a camera's raw picture (TIFF based), which imgpipe does not read: have the camera write JPEG, or convert it to 16-bit PNG",
  );
}

function bitsOf(directory: Directory, photometric: Photometric): TiffHeader['bitsPerSample'] {
  const all = directory.values(TAGS.bitsPerSample, MAX_SAMPLES);
  const [bits = 1] = all;
  const known = DEPTHS.find((depth) => depth === bits);
  const formats = directory.values(TAGS.sampleFormat, MAX_SAMPLES);
  if (formats.includes(3)) throw notRead('TIFF', 'floating-point samples');
  if (formats.includes(2)) throw notRead('TIFF', 'signed samples');
  if (known === undefined || all.some((each) => each !== bits))
    throw notRead('TIFF', `${all.join(', ')} bits per sample`);
  const isPacked = known < 8 && (COLOURS[photometric] > 1 || directory.value(TAGS.samplesPerPixel, 1) > 1);
  if (isPacked || (photometric === 'palette' && known === 16))
    throw notRead('TIFF', `${known} bits per sample in these colours`);
  return known;
}

function alphaOf(directory: Directory, extra: number): TiffHeader['alpha'] {
  if (extra === 0) return 'none';
  const [first] = directory.values(TAGS.extraSamples, MAX_SAMPLES);
  return first === 1 ? 'premultiplied' : first === 2 ? 'plain' : 'none';
}

function colourMapOf(directory: Directory, bits: number): Uint32Array {
  const colourMap = directory.values(TAGS.colourMap, 3 * 256);
  if (colourMap.length !== 3 * 2 ** bits) throw undecodable('the TIFF has a palette of a wrong length');
  return colourMap;
}

function chunkOf(directory: Directory, { width, height }: Pick<TiffHeader, 'width' | 'height'>): TiffHeader['chunk'] {
  const chunk = directory.has(TAGS.tileWidth)
    ? { width: directory.value(TAGS.tileWidth, 0), height: directory.value(TAGS.tileHeight, 0) }
    : { width, height: Math.min(directory.value(TAGS.rowsPerStrip, height), height) };
  if (chunk.width === 0 || chunk.height === 0) throw undecodable('the TIFF has strips or tiles of no size');
  return { ...chunk, across: Math.ceil(width / chunk.width), down: Math.ceil(height / chunk.height) };
}

/** The size of all tiles together, which may be larger than the picture. */
export function tiledSize({ chunk: { width, height, across, down } }: TiffHeader) {
  return { width: width * across, height: height * down };
}

/**
 * Where the strips or tiles are, and their lengths, row by row; a length that the file does not state is undefined. Throws
 * `undecodable` unless they are as many as the picture needs.
 */
export function readChunkTable(bytes: Uint8Array, { chunk, planar, samplesPerPixel }: TiffHeader) {
  const directory = readDirectory(bytes);
  const isTiled = directory.has(TAGS.tileWidth);
  const needed = chunk.across * chunk.down * (planar ? samplesPerPixel : 1);
  const offsets = directory.values(isTiled ? TAGS.tileOffsets : TAGS.stripOffsets, needed);
  const byteCounts = directory.values(isTiled ? TAGS.tileByteCounts : TAGS.stripByteCounts, needed);
  const isUnstated = byteCounts.length === 0 || (needed === 1 && byteCounts[0] === 0);
  if (offsets.length !== needed || (byteCounts.length !== needed && !isUnstated))
    throw undecodable('the TIFF has too few strips or tiles');
  return { offsets, byteCounts: isUnstated ? undefined : byteCounts };
}
