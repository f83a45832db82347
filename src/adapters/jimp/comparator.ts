import { type Mask, maskOf } from '../../analysis/mask.ts';
import type { Pixels } from '../../analysis/pixels.ts';
import { L2 } from '../../analysis/techniques.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { DecodeFact } from '../../domain/records.ts';
import type { Comparator, PicturePair, PictureSource } from '../../ports/comparator.ts';
import { encodeJpeg } from './codec.ts';
import { memoryToDecode } from './decoding-memory.ts';
import type { Limits } from './limits.ts';
import { createCache, createPictureCache, type PictureCache } from './picture-cache.ts';
import { type Decoded, type Verdict, verdictOf } from './pixel-tasks.ts';
import { HERE, type PixelWork, WorkerLost } from './pixel-work.ts';

export interface ComparatorOptions extends Limits {
  /** Where decoded pictures are kept for the next comparison; one of its own unless told otherwise. */
  readonly cache?: PictureCache;
  /** Who decodes and compares: this thread unless told otherwise. */
  readonly work?: PixelWork;
}

/** Some streams' masks of usual size. */
const MASK_BYTES = 16 * 2 ** 20;

/** Compares decoded pictures. Each is decoded once while it is in the cache, which is bounded. */
export function createComparator(options: ComparatorOptions): Comparator {
  const { maxPixels, maxMemory, cache = createPictureCache(), work = HERE } = options;
  const limits = { maxPixels, maxMemory };
  const masks = createCache<Mask>(MASK_BYTES, ({ looked }) => looked.length);
  const underWay = new Map<string, Promise<Decoded>>();

  async function decode(picture: PictureSource): Promise<Decoded> {
    const bytes = await picture.read();
    const { format } = picture;
    try {
      const memory = memoryToDecode(bytes, format, limits);
      const decoded = await work.perform({ kind: 'decode', bytes, format, limits }, memory);
      if ('pixels' in decoded) cache.put(picture.sha256, decoded.pixels);
      return decoded;
    } catch (thrown) {
      return { verdict: thrown instanceof WorkerLost ? lostOn(thrown) : verdictOf(thrown) };
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
    if ('verdict' in result) throw new ImgpipeError(result.verdict.code, result.verdict.message);
    return result.pixels;
  }

  async function maskFor(image: Pixels, picture: PictureSource | undefined): Promise<Mask | undefined> {
    if (picture === undefined) return undefined;
    let mask = masks.get(picture.sha256);
    if (mask === undefined) {
      mask = maskOf(await pixelsOf(picture));
      masks.put(picture.sha256, mask);
    }
    if (mask.width === image.width && mask.height === image.height) return mask;
    const sizes = `the mask is ${mask.width} × ${mask.height}, and the picture ${image.width} × ${image.height}`;
    throw new ImgpipeError('mask_differs', `${sizes}: give a mask of the picture's size`);
  }

  async function pairOf({ reference, image, mask }: PicturePair) {
    const [before, after] = await Promise.all([pixelsOf(reference), pixelsOf(image)]);
    return { reference: before, image: after, mask: await maskFor(after, mask), maxPixels };
  }

  return {
    atOnce: work.atOnce,
    ready: () => warmUp(work),

    async inspect(picture): Promise<DecodeFact> {
      const result = await decoded(picture);
      if ('verdict' in result) return { verdict: result.verdict.code, detail: result.verdict.message };
      return { verdict: 'decodes', width: result.pixels.width, height: result.pixels.height };
    },

    async compare(pair, measure) {
      if (pair.reference.sha256 === pair.image.sha256) {
        return { kind: 'unchanged', measurement: 0, regions: null, difference: null };
      }
      const pixels = await pairOf(pair);
      return inTime(work.perform({ kind: 'compare', ...pixels, ...measure }, memoryOf(pixels.image)));
    },

    async difference(pair) {
      const pixels = await pairOf(pair);
      return inTime(work.perform({ kind: 'draw', ...pixels }, memoryOf(pixels.image)));
    },

    async close() {
      cache.clear();
      masks.clear();
      await work.close();
    },
  };
}

/** About what a comparison takes besides the two pictures: the difference image on its way to a file. */
function memoryOf({ data }: Pixels): number {
  return 2 * data.length;
}

/** A picture that has cost two workers, the second one alone. */
function lostOn({ late }: WorkerLost): Verdict {
  const message = late
    ? 'the picture takes longer to be decoded than it may (max_picture_time)'
    : 'the picture takes more to be decoded than there is: two workers have died of it';
  return { code: 'too_large', message };
}

async function inTime<T>(comparing: Promise<T>): Promise<T> {
  try {
    return await comparing;
  } catch (thrown) {
    if (!(thrown instanceof WorkerLost)) throw thrown;
    const message = thrown.late
      ? 'its comparison takes longer than it may (max_picture_time)'
      : 'its comparison takes more than there is: two workers have died of it';
    throw new ImgpipeError('too_large', message, { cause: thrown });
  }
}

const WARM_UP_SIDE = 64;

/** Takes two small pictures the whole way once, so that a worker is there and its code is compiled. */
async function warmUp(work: PixelWork): Promise<void> {
  const [width, height] = [WARM_UP_SIDE, WARM_UP_SIDE];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => index % 251);
  const bytes = encodeJpeg({ width, height, data });
  const limits = { maxPixels: width * height };
  const decoded = await work.perform({ kind: 'decode', bytes, format: 'jpg', limits }, data.length);
  if ('verdict' in decoded) throw new Error(`a picture of our own does not decode: ${decoded.verdict.message}`);
  const image = { width, height, data: new Uint8Array(data.length) };
  const measure = { technique: L2.id, threshold: { value: 0, unit: 'levels' } } as const;
  const pair = { reference: decoded.pixels, image, mask: undefined, maxPixels: limits.maxPixels };
  await work.perform({ kind: 'compare', ...pair, ...measure }, data.length);
}
