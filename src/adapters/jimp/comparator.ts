import { drawDifference } from '../../analysis/difference-image.ts';
import { type L2 as L2Measurement, l2 } from '../../analysis/l2.ts';
import type { Pixels } from '../../analysis/pixels.ts';
import { sizeChangeImage } from '../../analysis/size-change.ts';
import { L2 } from '../../analysis/techniques.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { DecodeFact } from '../../domain/records.ts';
import type { Comparator, PictureSource } from '../../ports/comparator.ts';
import { decodePicture, encodeDrawnJpeg, encodeJpeg } from './codec.ts';
import type { Limits } from './limits.ts';
import { createPictureCache, type PictureCache } from './picture-cache.ts';

export interface ComparatorOptions extends Limits {
  /** Where decoded pictures are kept for the next comparison; one of its own unless told otherwise. */
  readonly cache?: PictureCache;
}

/** What the codec says of a picture's bytes. */
type Verdict = ImgpipeError & { readonly code: 'undecodable' | 'too_large' };
type Decoded = { readonly pixels: Pixels } | { readonly verdict: Verdict };

/** A comparator in this process. Pictures are decoded once while they are in its cache, which is bounded. */
export function createComparator({ maxPixels, cache = createPictureCache() }: ComparatorOptions): Comparator {
  const underWay = new Map<string, Promise<Decoded>>();

  async function decode(picture: PictureSource): Promise<Decoded> {
    const bytes = await picture.read();
    try {
      const pixels = await decodePicture(bytes, picture.format, { maxPixels });
      cache.put(picture.sha256, pixels);
      return { pixels };
    } catch (thrown) {
      if (isVerdict(thrown)) return { verdict: thrown };
      throw thrown;
    }
  }

  async function decoded(picture: PictureSource): Promise<Decoded> {
    const pixels = cache.get(picture.sha256);
    if (pixels) return { pixels };
    let decoding = underWay.get(picture.sha256);
    if (!decoding) {
      decoding = decode(picture).finally(() => underWay.delete(picture.sha256));
      underWay.set(picture.sha256, decoding);
    }
    return decoding;
  }

  async function pixelsOf(picture: PictureSource): Promise<Pixels> {
    const result = await decoded(picture);
    if ('verdict' in result) throw result.verdict;
    return result.pixels;
  }

  function encodeSizeChange(before: Pixels, after: Pixels): Uint8Array {
    return encodeJpeg(sizeChangeImage(before, after, maxPixels));
  }

  return {
    ready: warmUp,

    async inspect(picture): Promise<DecodeFact> {
      const result = await decoded(picture);
      if ('verdict' in result) return { verdict: result.verdict.code, detail: result.verdict.message };
      return { verdict: 'decodes', width: result.pixels.width, height: result.pixels.height };
    },

    async compare(reference, image, technique, threshold) {
      if (technique !== L2.id) throw new ImgpipeError('internal', `there is no technique ${technique}`);
      if (reference.sha256 === image.sha256) return { kind: 'unchanged', measurement: 0, difference: null };
      const before = await pixelsOf(reference);
      const after = await pixelsOf(image);
      if (!sameSize(before, after)) {
        return { kind: 'size_changed', measurement: null, difference: encodeSizeChange(before, after) };
      }
      const measured = l2(before, after);
      if (!(measured.norm > threshold)) return { kind: 'unchanged', measurement: measured.norm, difference: null };
      return { kind: 'changed', measurement: measured.norm, difference: encodeDifference(before, after, measured) };
    },

    async difference(reference, image) {
      const before = await pixelsOf(reference);
      const after = await pixelsOf(image);
      if (!sameSize(before, after)) return encodeSizeChange(before, after);
      return encodeDifference(before, after, l2(before, after));
    },

    async close() {
      cache.clear();
    },
  };
}

const WARM_UP_SIDE = 64;

/** Takes two small pictures the whole way once, so that the code is compiled. */
async function warmUp(): Promise<void> {
  const [width, height] = [WARM_UP_SIDE, WARM_UP_SIDE];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => index % 251);
  const before = { width, height, data };
  const after = await decodePicture(encodeJpeg(before), 'jpg', { maxPixels: width * height });
  encodeDifference(before, after, l2(before, after));
}

/** The difference image as a JPEG file. */
export function encodeDifference(before: Pixels, after: Pixels, measured: L2Measurement): Uint8Array {
  return encodeDrawnJpeg(after, (rgb, first) => drawDifference(before, after, measured, rgb, first));
}

function isVerdict(thrown: unknown): thrown is Verdict {
  return thrown instanceof ImgpipeError && (thrown.code === 'undecodable' || thrown.code === 'too_large');
}

function sameSize(a: Pixels, b: Pixels): boolean {
  return a.width === b.width && a.height === b.height;
}
