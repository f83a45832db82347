import { differenceImage, drawDifference, sizeChangeImage } from '../../../analysis/difference-image.ts';
import type { DifferenceRange } from '../../../analysis/differences.ts';
import { displayed, stretchOf } from '../../../analysis/display.ts';
import { differenceRange } from '../../../analysis/l2.ts';
import { type Mask, maskOf, maskReference } from '../../../analysis/mask.ts';
import type { Pixels } from '../../../analysis/pixels.ts';
import { withBoxes } from '../../../analysis/region-boxes.ts';
import { techniqueOf } from '../../../analysis/techniques.ts';
import { thumbnail } from '../../../analysis/thumbnail.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { MAX_REGIONS, type PictureFormat, type Region, type WrittenFormat } from '../../../domain/records.ts';
import { limitOf } from '../../../domain/threshold.ts';
import type { Comparison, Measure } from '../../../ports/comparator.ts';
import { decodePicture, encodeDrawnJpeg, encodeJpeg } from '../codec.ts';
import type { DecodeOptions } from '../limits.ts';
import { layOutLike } from '../pixel-memory.ts';
import { encodePng } from '../png/encoder.ts';

/** A task on pixels. It can be posted to another thread. */
export type PixelTask = DecodeTask | CompareTask | DrawTask | ThumbnailTask | ConvertTask | MaskTask | BoxTask;

/** An encoded picture. */
interface Encoded {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
  readonly options: DecodeOptions;
}

export interface DecodeTask extends Encoded {
  readonly kind: 'decode';
  /** The memory for the pixels, of exactly their size (see `pixelBytes`); `undefined` for new memory. */
  readonly into?: Uint8Array | undefined;
}

/** Two decoded pictures. A mask has the size of the image. */
export interface PixelPair {
  readonly reference: Pixels;
  readonly image: Pixels;
  readonly mask: Mask | undefined;
  /** The maximum size of the difference image of two pictures of different sizes. */
  readonly maxPixels: number;
}

export interface CompareTask extends PixelPair, Measure {
  readonly kind: 'compare';
  /** The format of the difference image if there is an event; false for none. */
  readonly draw: WrittenFormat | false;
}

/** Draws the difference image only. */
export interface DrawTask extends PixelPair {
  readonly kind: 'draw';
  readonly format: WrittenFormat;
}

export interface ThumbnailTask extends Encoded {
  readonly kind: 'thumbnail';
  /** The longest side in pixels. */
  readonly side: number;
}

/** Makes a PNG of 8 bits of a picture, for programs that cannot read its format, or do not show its depth. */
export interface ConvertTask extends Encoded {
  readonly kind: 'convert';
  /** The picture whose stretch it has if it has 16 bits; `undefined` for its own. */
  readonly beside?: Encoded | undefined;
}

/** Checks a mask, and makes a PNG of it unless it is one. */
export interface MaskTask extends Encoded {
  readonly kind: 'mask';
}

/** Draws a box around each region of a picture. */
export interface BoxTask extends Encoded {
  readonly kind: 'box';
  readonly regions: readonly Region[];
}

/** The pixels of a picture, or the verdict on it. */
export type Decoded = { readonly pixels: Pixels } | { readonly verdict: Verdict };

/** A picture that was drawn, as a JPEG file, or the verdict on the picture. */
export type Thumbnail = { readonly jpeg: Uint8Array } | { readonly verdict: Verdict };

/** A picture as a PNG file, or the verdict on it. */
export type Converted = { readonly png: Uint8Array } | { readonly verdict: Verdict };

/** Whether a mask masks out every pixel, and its PNG file if it was no PNG; or the verdict on it. */
export type CheckedMask =
  | { readonly hidesAll: boolean; readonly png: Uint8Array | undefined }
  | { readonly verdict: Verdict };

/** Why a picture cannot be decoded. */
export interface Verdict {
  readonly code: 'undecodable' | 'too_large';
  readonly message: string;
}

/** The result of a task. */
export type ResultOf<T extends PixelTask> = T extends DecodeTask
  ? Decoded
  : T extends CompareTask
    ? Comparison
    : T extends ThumbnailTask | BoxTask
      ? Thumbnail
      : T extends ConvertTask
        ? Converted
        : T extends MaskTask
          ? CheckedMask
          : Uint8Array;

/** Runs a task on the calling thread. */
export async function runTask(task: PixelTask): Promise<ResultOf<PixelTask>> {
  switch (task.kind) {
    case 'decode':
      return decode(task);
    case 'compare':
      return compare(task);
    case 'draw':
      return draw(task);
    case 'thumbnail':
      return shrink(task);
    case 'convert':
      return convert(task);
    case 'mask':
      return checkMask(task);
    case 'box':
      return box(task);
  }
}

async function decode({ bytes, format, options, into }: Omit<DecodeTask, 'kind'>): Promise<Decoded> {
  try {
    const pixels = await decodePicture(bytes, format, options, into && (() => into));
    if (into === undefined) return { pixels };
    return { pixels: movedTo(into, pixels) };
  } catch (thrown) {
    return { verdict: verdictOf(thrown) };
  }
}

/** The picture in this memory, where it may have been decoded already. */
function movedTo(memory: Uint8Array, pixels: Pixels): Pixels {
  const { data, samples16 } = layOutLike(pixels, memory);
  if (pixels.data.buffer !== memory.buffer) {
    data.set(pixels.data);
    if (pixels.samples16 !== undefined) samples16?.set(pixels.samples16);
  }
  return { ...pixels, data, ...(samples16 && { samples16 }) };
}

async function shrink({ side, ...encoded }: Omit<ThumbnailTask, 'kind'>): Promise<Thumbnail> {
  const decoded = await decode(encoded);
  return 'verdict' in decoded ? decoded : { jpeg: encodeJpeg(thumbnail(displayed(decoded.pixels), side)) };
}

/** With the stretch of the picture that it is shown beside, what is equal in the two looks equal. */
async function convert({ beside, ...encoded }: Omit<ConvertTask, 'kind'>): Promise<Converted> {
  const other = beside && (await decode(beside));
  if (other !== undefined && 'verdict' in other) return other;
  const stretch = other && stretchOf(other.pixels);
  const decoded = await decode(encoded);
  return 'verdict' in decoded ? decoded : { png: encodePng(displayed(decoded.pixels, stretch)) };
}

async function checkMask(encoded: Omit<MaskTask, 'kind'>): Promise<CheckedMask> {
  const decoded = await decode(encoded);
  if ('verdict' in decoded) return decoded;
  const { pixels } = decoded;
  const png = encoded.format === 'png' ? undefined : encodePng(pixels);
  return { hidesAll: !maskOf(pixels).included.includes(1), png };
}

async function box({ regions, ...encoded }: Omit<BoxTask, 'kind'>): Promise<Thumbnail> {
  const decoded = await decode(encoded);
  return 'verdict' in decoded ? decoded : { jpeg: encodeJpeg(withBoxes(displayed(decoded.pixels), regions)) };
}

/** Returns the verdict that an error expresses. Rethrows any other error. */
export function verdictOf(thrown: unknown): Verdict {
  if (thrown instanceof ImgpipeError && (thrown.code === 'undecodable' || thrown.code === 'too_large')) {
    return { code: thrown.code, message: thrown.message };
  }
  throw thrown;
}

function compare({ technique, threshold, draw: format, ...pair }: CompareTask): Comparison {
  const { image } = pair;
  if (!haveSameSize(pair)) {
    const difference = format === false ? null : draw({ ...pair, format });
    return { kind: 'size_changed', measurement: null, regions: null, difference };
  }
  const reference = maskedReference(pair);
  const { measurement, regions, ...range } = techniqueOf(technique).measure(reference, image, pair.mask);
  if (!(measurement > limitOf(threshold, image))) {
    return { kind: 'unchanged', measurement, regions: null, difference: null };
  }
  return {
    kind: 'changed',
    measurement,
    regions: regions && { count: regions.length, first: regions.slice(0, MAX_REGIONS) },
    difference: format === false ? null : encodeDifference(reference, image, range, format),
  };
}

function draw(pair: Omit<DrawTask, 'kind'>): Uint8Array {
  const { image, maxPixels, format } = pair;
  if (!haveSameSize(pair)) return encodePicture(sizeChangeImage(pair.reference, image, maxPixels), format);
  const reference = maskedReference(pair);
  return encodeDifference(reference, image, differenceRange(reference, image), format);
}

/** The reference, with the pixels of the image where the mask hides them. */
export function maskedReference({ reference, image, mask }: PixelPair): Pixels {
  return mask === undefined ? reference : maskReference(reference, image, mask);
}

export function haveSameSize({ reference, image }: Pick<PixelPair, 'reference' | 'image'>): boolean {
  return reference.width === image.width && reference.height === image.height;
}

/** Encodes the difference image of two pictures of one size. */
export function encodeDifference(
  reference: Pixels,
  image: Pixels,
  range: DifferenceRange,
  format: WrittenFormat = 'jpg',
): Uint8Array {
  if (format === 'png') return encodePng(differenceImage(reference, image, range));
  return encodeDrawnJpeg(image, (rgb, first) => drawDifference(reference, image, range, rgb, first));
}

function encodePicture(pixels: Pixels, format: WrittenFormat): Uint8Array {
  return format === 'png' ? encodePng(pixels) : encodeJpeg(pixels);
}
