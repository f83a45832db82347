import { drawDifference } from '../../../analysis/difference-image.ts';
import { type DifferenceRange, differences } from '../../../analysis/differences.ts';
import { hidden } from '../../../analysis/hidden.ts';
import type { Mask } from '../../../analysis/mask.ts';
import type { Pixels } from '../../../analysis/pixels.ts';
import { sizeChangeImage } from '../../../analysis/size-change.ts';
import { techniqueOf } from '../../../analysis/techniques.ts';
import { thumbnail } from '../../../analysis/thumbnail.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { MAX_REGIONS, type PictureFormat } from '../../../domain/records.ts';
import { limitOf } from '../../../domain/threshold.ts';
import type { Comparison, Measure } from '../../../ports/comparator.ts';
import { decodePicture, encodeDrawnJpeg, encodeJpeg } from '../codec.ts';
import type { Limits } from '../limits.ts';

/** What is done to pixels, as this process or a worker of it is told: all of it can be posted from thread to thread. */
export type PixelTask = DecodeTask | CompareTask | DrawTask | ThumbnailTask;

/** A picture as its file has it. */
interface Encoded {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
  readonly limits: Limits;
}

export interface DecodeTask extends Encoded {
  readonly kind: 'decode';
  /** Where the pixels are to be put, of as many bytes as they have; in memory of their own where it is undefined. */
  readonly into?: Uint8Array | undefined;
}

/** Two decoded pictures; where there is a mask it has the image's size. */
export interface PixelPair {
  readonly reference: Pixels;
  readonly image: Pixels;
  readonly mask: Mask | undefined;
  /** How large the canvas of two pictures of different sizes may become. */
  readonly maxPixels: number;
}

export interface CompareTask extends PixelPair, Measure {
  readonly kind: 'compare';
}

/** The difference image alone. */
export interface DrawTask extends PixelPair {
  readonly kind: 'draw';
}

export interface ThumbnailTask extends Encoded {
  readonly kind: 'thumbnail';
  /** The longest side in pixels. */
  readonly side: number;
}

/** What the codec says of a picture: its pixels, or why it has none. */
export type Decoded = { readonly pixels: Pixels } | { readonly verdict: Verdict };

/** A small copy as a JPEG file, or why there is none. */
export type Thumbnail = { readonly jpeg: Uint8Array } | { readonly verdict: Verdict };

export interface Verdict {
  readonly code: 'undecodable' | 'too_large';
  readonly message: string;
}

export type AnswerTo<T extends PixelTask> = T extends DecodeTask
  ? Decoded
  : T extends CompareTask
    ? Comparison
    : T extends ThumbnailTask
      ? Thumbnail
      : Uint8Array;

/** Does a task in this thread. */
export async function perform(task: PixelTask): Promise<AnswerTo<PixelTask>> {
  switch (task.kind) {
    case 'decode':
      return decode(task);
    case 'compare':
      return compare(task);
    case 'draw':
      return draw(task);
    case 'thumbnail':
      return shrink(task);
  }
}

async function decode({ bytes, format, limits, into }: Omit<DecodeTask, 'kind'>): Promise<Decoded> {
  try {
    const pixels = await decodePicture(bytes, format, limits, into && (() => into));
    if (into === undefined) return { pixels };
    if (pixels.data !== into) into.set(pixels.data);
    return { pixels: { ...pixels, data: into } };
  } catch (thrown) {
    return { verdict: verdictOf(thrown) };
  }
}

async function shrink({ side, ...encoded }: Omit<ThumbnailTask, 'kind'>): Promise<Thumbnail> {
  const decoded = await decode(encoded);
  return 'verdict' in decoded ? decoded : { jpeg: encodeJpeg(thumbnail(decoded.pixels, side)) };
}

/** What was thrown, as a verdict on the picture; anything else is thrown on. */
export function verdictOf(thrown: unknown): Verdict {
  if (thrown instanceof ImgpipeError && (thrown.code === 'undecodable' || thrown.code === 'too_large')) {
    return { code: thrown.code, message: thrown.message };
  }
  throw thrown;
}

function compare({ technique, threshold, ...pair }: CompareTask): Comparison {
  const { image } = pair;
  if (!sameSize(pair)) return { kind: 'size_changed', measurement: null, regions: null, difference: draw(pair) };
  const reference = seen(pair);
  const { measurement, regions, ...range } = techniqueOf(technique).measure(reference, image, pair.mask);
  if (!(measurement > limitOf(threshold, image))) {
    return { kind: 'unchanged', measurement, regions: null, difference: null };
  }
  return {
    kind: 'changed',
    measurement,
    regions: regions && { count: regions.length, first: regions.slice(0, MAX_REGIONS) },
    difference: encodeDifference(reference, image, range),
  };
}

function draw(pair: Omit<DrawTask, 'kind'>): Uint8Array {
  const { image, maxPixels } = pair;
  if (!sameSize(pair)) return encodeJpeg(sizeChangeImage(pair.reference, image, maxPixels));
  const reference = seen(pair);
  return encodeDifference(reference, image, differences.sums(reference.data, image.data));
}

/** The reference as the mask lets it be compared. */
export function seen({ reference, image, mask }: PixelPair): Pixels {
  return mask === undefined ? reference : hidden(reference, image, mask);
}

export function sameSize({ reference, image }: PixelPair): boolean {
  return reference.width === image.width && reference.height === image.height;
}

/** The difference image of two pictures of one size as a JPEG file. */
export function encodeDifference(reference: Pixels, image: Pixels, range: DifferenceRange): Uint8Array {
  return encodeDrawnJpeg(image, (rgb, first) => drawDifference(reference, image, range, rgb, first));
}
