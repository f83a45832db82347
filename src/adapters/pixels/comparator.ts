import { type Mask, maskOf } from '../../analysis/mask.ts';
import type { Pixels } from '../../analysis/pixels.ts';
import { L2 } from '../../analysis/techniques.ts';
import { ImgpipeError } from '../../domain/errors.ts';
import type { DecodeFact } from '../../domain/records.ts';
import type { Comparator, PicturePair, PictureSource } from '../../ports/comparator.ts';
import type { CustomTechnique } from '../../ports/technique.ts';
import { encodeJpeg } from './codec.ts';
import { compareWith } from './custom-comparison.ts';
import { needOf } from './decoding-need.ts';
import type { Limits } from './limits.ts';
import { createPictureCache, type HeldPicture, type PictureCache } from './picture-cache.ts';
import { INLINE_EXECUTOR, lostOn, type PixelExecutor, WorkerLost } from './workers/pixel-executor.ts';
import { type CompareTask, type DrawTask, type PixelPair, type Verdict, verdictOf } from './workers/pixel-tasks.ts';

export interface ComparatorOptions extends Limits {
  /** Where decoded pictures are kept for the next comparison; one of its own unless told otherwise. */
  readonly cache?: PictureCache;
  /** Who decodes and compares: this thread unless told otherwise. */
  readonly work?: PixelExecutor;
  /** The techniques that a program brings, by id. They run in this thread. */
  readonly techniques?: ReadonlyMap<string, Pick<CustomTechnique, 'measure'>>;
}

/** Some streams' masks of usual size, or one that is larger. */
const MAX_MASK_BYTES = 16 * 2 ** 20;

/** A decoding under way: its picture is held once for each who waits. */
interface Decoding {
  waiting: number;
  readonly result: Promise<HeldPicture[] | Verdict>;
}

/** Compares decoded pictures. Each is decoded once while it is in the cache, which is bounded. */
export function createComparator(options: ComparatorOptions): Comparator {
  const { maxPixels, maxMemory, cache = createPictureCache(), work = INLINE_EXECUTOR, techniques } = options;
  const limits = { maxPixels, maxMemory };
  const masks = new Map<string, Mask>();
  let maskBytes = 0;
  const underWay = new Map<string, Decoding>();
  // Until one is decoded: as if two filled the cache.
  let latestBytes = cache.maxBytes / 2;

  /** Decodes a picture into the cache. */
  async function decode(picture: PictureSource): Promise<HeldPicture | Verdict> {
    const bytes = await picture.read();
    const { format } = picture;
    let into: Uint8Array | undefined;
    let kept: HeldPicture | undefined;
    try {
      const need = needOf(bytes, format, limits);
      const make = () => {
        if (work.shares) into = cache.take(need.pixels);
        return { kind: 'decode', bytes, format, limits, into } as const;
      };
      const decoded = await work.perform(make, need.memory);
      if ('verdict' in decoded) return decoded.verdict;
      latestBytes = need.pixels;
      kept = cache.put(picture.sha256, into === undefined ? decoded.pixels : { ...decoded.pixels, data: into });
      return kept;
    } catch (thrown) {
      if (!(thrown instanceof WorkerLost)) return verdictOf(thrown);
      // The lost worker may write there yet.
      into = undefined;
      return lostOn(thrown);
    } finally {
      if (into !== undefined && kept === undefined) cache.giveBack(into);
    }
  }

  /** The picture, held, or why there is none. */
  async function held(picture: PictureSource): Promise<HeldPicture | Verdict> {
    const { sha256 } = picture;
    const known = cache.hold(sha256);
    if (known !== undefined) return known;
    const decoding = underWay.get(sha256) ?? begin(picture);
    decoding.waiting += 1;
    const result = await decoding.result;
    return 'code' in result ? result : (result.pop() as HeldPicture);
  }

  function begin(picture: PictureSource): Decoding {
    const { sha256 } = picture;
    const decoding: Decoding = {
      waiting: 0,
      result: decode(picture).then(
        (first) => {
          // From here to the last hold nothing comes in between: nobody else waits, and the picture is in the cache.
          underWay.delete(sha256);
          if ('code' in first) return first;
          return [first, ...Array.from({ length: decoding.waiting - 1 }, () => cache.hold(sha256) ?? first)];
        },
        (thrown) => {
          underWay.delete(sha256);
          throw thrown;
        },
      ),
    };
    underWay.set(sha256, decoding);
    return decoding;
  }

  /** Does something with a picture's pixels, which are the picture's until it is done. */
  async function withPixels<T>(picture: PictureSource, use: (pixels: Pixels) => T | Promise<T>): Promise<T> {
    const found = await held(picture);
    if ('code' in found) throw new ImgpipeError(found.code, found.message);
    try {
      return await use(found.pixels);
    } finally {
      found.release();
    }
  }

  async function maskFor(image: Pixels, picture: PictureSource | undefined): Promise<Mask | undefined> {
    if (picture === undefined) return undefined;
    let mask = masks.get(picture.sha256);
    if (mask === undefined) {
      mask = await withPixels(picture, (pixels) => inSharedMemory(maskOf(pixels)));
      if (maskBytes + mask.looked.length > MAX_MASK_BYTES) {
        masks.clear();
        maskBytes = 0;
      }
      masks.set(picture.sha256, mask);
      maskBytes += mask.looked.length;
    }
    if (mask.width === image.width && mask.height === image.height) return mask;
    const sizes = `the mask is ${mask.width} × ${mask.height}, and the picture ${image.width} × ${image.height}`;
    throw new ImgpipeError('mask_differs', `${sizes}: give a mask of the picture's size`);
  }

  /** Decodes two pictures and their mask, and holds them while `use` works on them. */
  function withPair<T>(pair: PicturePair, use: (pixels: PixelPair) => Promise<T>): Promise<T> {
    return withPixels(pair.reference, (reference) =>
      withPixels(pair.image, async (image) =>
        use({ reference, image, mask: await maskFor(image, pair.mask), maxPixels }),
      ),
    );
  }

  function perform<T extends CompareTask | DrawTask>(task: T) {
    return inTime(work.perform(() => task, memoryOf(task.image)));
  }

  return {
    get atOnce() {
      return Math.max(1, Math.min(work.atOnce, Math.floor(cache.maxBytes / latestBytes) - 1));
    },

    ready: () => warmUp(work),

    async inspect(picture): Promise<DecodeFact> {
      const found = await held(picture);
      if ('code' in found) return { verdict: found.code, detail: found.message };
      const { width, height } = found.pixels;
      found.release();
      return { verdict: 'decodes', width, height };
    },

    async compare(pair, measure) {
      if (pair.reference.sha256 === pair.image.sha256) {
        return { kind: 'unchanged', measurement: 0, regions: null, difference: null };
      }
      const custom = techniques?.get(measure.technique);
      return withPair(pair, (pixels) =>
        custom === undefined
          ? perform({ kind: 'compare', ...pixels, ...measure })
          : compareWith(custom, pixels, measure.threshold, () => perform({ kind: 'draw', ...pixels })),
      );
    },

    difference: (pair) => withPair(pair, (pixels) => perform({ kind: 'draw', ...pixels })),

    async close() {
      await work.close();
      cache.clear();
      masks.clear();
    },
  };
}

function inSharedMemory({ looked, ...size }: Mask): Mask {
  const shared = new Uint8Array(new SharedArrayBuffer(looked.length));
  shared.set(looked);
  return { ...size, looked: shared };
}

/** About what a comparison takes besides the two pictures: the difference image on its way to a file. */
function memoryOf({ data }: Pixels): number {
  return 2 * data.length;
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

/** Takes two small pictures the whole way once, so that the code is compiled. */
async function warmUp(work: PixelExecutor): Promise<void> {
  const [width, height] = [WARM_UP_SIDE, WARM_UP_SIDE];
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => index % 251);
  const bytes = encodeJpeg({ width, height, data });
  const limits = { maxPixels: width * height };
  const decoded = await work.perform(() => ({ kind: 'decode', bytes, format: 'jpg', limits }) as const, data.length);
  if ('verdict' in decoded) throw new Error(`a picture of our own does not decode: ${decoded.verdict.message}`);
  const image = { width, height, data: new Uint8Array(data.length) };
  const measure = { technique: L2.id, threshold: { value: 0, unit: 'levels' } } as const;
  const pair = { reference: decoded.pixels, image, mask: undefined, maxPixels: limits.maxPixels };
  await work.perform(() => ({ kind: 'compare', ...pair, ...measure }) as const, data.length);
}
